//! The rules by which the AWS plan sets what no input states.

crate::rules! { room 20;
    RESOURCE = "aws-resource": "a resource of the environment is there because something that the inputs ask for needs it";
}
