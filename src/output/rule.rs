//! What this room writes of its own accord.

crate::rules! { room 7;
    HEADER = "header": "each generated file says at its top what made it and what to change instead";
    LOCK = "lock": "pathc writes down what it generated, so that it never replaces what somebody else wrote";
}
