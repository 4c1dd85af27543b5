//! The AWS resource graph: one struct a kind of resource, typed references between them, stable ids.
//!
//! Terraform and CloudFormation both print this graph, and neither decides. Every resource has an `id`, unique among its
//! kind in its environment or account and the same from build to build; an `origin`; and an `owner`, whose resources come
//! and go together.

mod balancing;
mod cluster;
mod data;
mod identity;
mod network;
mod observability;
mod operations;
mod text;

pub use balancing::*;
pub use cluster::*;
pub use data::*;
pub use identity::*;
pub use network::*;
pub use observability::*;
pub use operations::*;
pub use text::{Attribute, Pattern, Piece};

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use crate::ir::value::Name;

/// What a resource is called among its kind: lower-case words with `-` between them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(Arc<str>);

impl Id {
    /// An id that pathc makes; the caller sees to its form.
    #[must_use]
    pub fn made(text: &str) -> Id {
        Id(text.into())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whom a resource belongs to: what has one owner is made, changed and removed together.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owner {
    /// The account.
    Account,
    /// The environment's network.
    Network,
    /// A datastore.
    Datastore(Name),
    /// What all components share: cluster, load balancers, alarms.
    Platform,
    /// A component.
    Component(Name),
}

/// A reference to a resource of one kind in the same graph.
pub struct Ref<T> {
    /// The resource's id.
    pub id: Id,
    kind: PhantomData<fn() -> T>,
}

impl<T> Ref<T> {
    /// A reference by id.
    #[must_use]
    pub fn to(id: Id) -> Ref<T> {
        Ref { id, kind: PhantomData }
    }

    /// A reference by the text of an id.
    #[must_use]
    pub fn named(id: &str) -> Ref<T> {
        Ref::to(Id::made(id))
    }
}

impl<T> Clone for Ref<T> {
    fn clone(&self) -> Self {
        Ref::to(self.id.clone())
    }
}

impl<T> PartialEq for Ref<T> {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}
impl<T> Eq for Ref<T> {}

impl<T> fmt::Debug for Ref<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.id, f)
    }
}

/// A resource that others can refer to.
pub trait Resource {
    /// Its kind.
    const KIND: Kind;
    /// Its id.
    fn id(&self) -> &Id;
    /// Whom it belongs to.
    fn owner(&self) -> &Owner;
}

/// A reference to a resource of any kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnyRef {
    /// The kind.
    pub kind: Kind,
    /// The id among its kind.
    pub id: Id,
}

impl<T: Resource> From<&Ref<T>> for AnyRef {
    fn from(reference: &Ref<T>) -> AnyRef {
        AnyRef { kind: T::KIND, id: reference.id.clone() }
    }
}

/// Declares kinds of resources: a struct each, with `id`, `origin` and `owner` before its own fields.
macro_rules! resources {
    ($(
        $(#[doc = $doc:literal])*
        pub struct $type:ident {
            $($(#[doc = $field_doc:literal])* $field:ident : $field_type:ty,)*
        }
    )*) => {$(
        $(#[doc = $doc])*
        #[derive(Clone, Debug)]
        pub struct $type {
            /// What it is called among its kind.
            pub id: $crate::plan::aws::graph::Id,
            /// Why it is there.
            pub origin: $crate::ir::Origin,
            /// Whom it belongs to.
            pub owner: $crate::plan::aws::graph::Owner,
            $($(#[doc = $field_doc])* pub $field: $field_type,)*
        }

        impl $crate::plan::aws::graph::Resource for $type {
            const KIND: $crate::plan::aws::graph::Kind = $crate::plan::aws::graph::Kind::$type;
            fn id(&self) -> &$crate::plan::aws::graph::Id {
                &self.id
            }
            fn owner(&self) -> &$crate::plan::aws::graph::Owner {
                &self.owner
            }
        }

        impl $type {
            /// A reference to it.
            #[must_use]
            pub fn reference(&self) -> $crate::plan::aws::graph::Ref<$type> {
                $crate::plan::aws::graph::Ref::to(self.id.clone())
            }
        }
    )*};
}
pub(crate) use resources;

macro_rules! kinds {
    ($($kind:ident),* $(,)?) => {
        /// A kind of resource.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[allow(missing_docs)]
        pub enum Kind { $($kind),* }
    };
}

kinds!(
    Vpc,
    Endpoint,
    SecurityGroup,
    FlowLog,
    EksCluster,
    NodeGroup,
    AddOn,
    PodIdentity,
    AccessEntry,
    EcsCluster,
    ServiceNamespace,
    TaskDefinition,
    EcsService,
    Schedule,
    ScalableTarget,
    ScalingPolicy,
    LoadBalancer,
    Listener,
    ListenerRule,
    TargetGroup,
    Certificate,
    DnsRecord,
    WebAcl,
    Distribution,
    DbInstance,
    DocumentCluster,
    ReplicationGroup,
    MskCluster,
    MqBroker,
    Queue,
    Topic,
    Bucket,
    Secret,
    KmsKey,
    Role,
    OidcProvider,
    LogGroup,
    EventRule,
    Alarm,
    BackupVault,
    BackupPlan,
    Trail,
    Budget,
    Repository,
    Parameter,
);
