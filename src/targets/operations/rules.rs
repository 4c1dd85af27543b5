//! Why the documents of operations are what they are.

use crate::rules;

rules! {
    room 11;
    QUERY = "runbook-query": "a runbook shows the query of its alert as production asks it, over five minutes";
    LINK = "document-link": "documents lead to each other by paths, so that they do wherever the repository is read";
}
