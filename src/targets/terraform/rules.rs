//! The rules by which the Terraform target writes what the graph does not say.

crate::rules! { room 21;
    ROOT = "terraform-root": "each environment, each account and the store of the state is a root of its own";
    VARIABLE = "terraform-variable": "what differs between environments is a variable of the module";
    COUNTED = "terraform-counted": "what only some environments have is chosen by the environment's name";
    VERSIONS = "terraform-versions": "write-only arguments keep passwords out of the state from these versions on";
    BACKEND = "terraform-backend": "the state is kept in a bucket, and locked by a file beside it";
    MODULE = "terraform-module": "what all environments share is one module";
}
