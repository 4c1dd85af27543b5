//! What keeps an account and its environments in order: backups, audit trail, budgets, images, what targets tell others.

use super::{Bucket, KmsKey, LogGroup, Pattern, Ref, Role, resources};
use crate::ir::Traced;
use crate::ir::value::Decimal;

resources! {
    /// Where backups are kept.
    pub struct BackupVault {
        /// Its name.
        name: Traced<String>,
        /// What encrypts it.
        key: Ref<KmsKey>,
        /// The region that it stands in, where it is another than the environment's.
        region: Option<Traced<String>>,
    }

    /// When what is backed up, and how long it is kept.
    pub struct BackupPlan {
        /// Its name.
        name: Traced<String>,
        /// Where backups are kept.
        vault: Ref<BackupVault>,
        /// When, as CloudWatch writes it.
        schedule: Traced<String>,
        /// Days that a backup is kept.
        retention_days: Traced<u32>,
        /// Whether any moment can be brought back.
        continuous: Traced<bool>,
        /// The vault that each backup is copied to.
        copy_to: Option<Ref<BackupVault>>,
        /// What is backed up: ARNs.
        resources: Vec<Pattern>,
        /// By which role.
        role: Ref<Role>,
    }

    /// The audit trail of an account.
    pub struct Trail {
        /// Its name.
        name: Traced<String>,
        /// Where it is kept.
        bucket: Ref<Bucket>,
        /// What encrypts it.
        key: Ref<KmsKey>,
        /// Where it can be searched.
        log_group: Ref<LogGroup>,
        /// Which role writes there.
        role: Ref<Role>,
    }

    /// A monthly budget.
    pub struct Budget {
        /// Its name.
        name: Traced<String>,
        /// US dollars a month.
        monthly_usd: Traced<Decimal>,
        /// The tag, key and value, of what is counted; none: all of the account.
        tag: Option<(Traced<String>, Traced<String>)>,
        /// Shares in percent at which somebody is told: of what was spent.
        actual_percent: Vec<Traced<u32>>,
        /// Of what will have been spent by the end of the month.
        forecast_percent: Vec<Traced<u32>>,
        /// Who is told, by mail.
        mail: Vec<Traced<String>>,
    }

    /// Where images of a component are kept. A tag never moves, and each image is scanned.
    pub struct Repository {
        /// Its name.
        name: Traced<String>,
        /// What encrypts it.
        key: Ref<KmsKey>,
        /// Days after which images without a tag go.
        untagged_days: Traced<u32>,
        /// ARNs of accounts' roots that may pull, where other accounts' environments run the images.
        pullers: Vec<Pattern>,
    }

    /// A parameter by which the infrastructure tells the pipeline what it has made: `/SYSTEM/ENVIRONMENT/NAME`.
    pub struct Parameter {
        /// Its name.
        name: Traced<String>,
        /// What it tells, in a few words.
        description: Traced<String>,
        /// Its value.
        value: Pattern,
    }
}
