//! Errors are sentences that name what is wrong.

/// This failed, with a sentence that contains all of these parts.
#[track_caller]
pub fn assert_says<T>(result: statmech::Result<T>, parts: &[&str]) {
    let message = result.err().map(|error| error.to_string()).unwrap_or_default();
    assert!(!message.is_empty(), "no error, where one should say {parts:?}");
    for part in parts {
        assert!(message.contains(part), "`{part}` is not in: {message}");
    }
    assert!(message.ends_with('.'), "not a sentence: {message}");
}
