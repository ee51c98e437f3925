//! What a reading met or left out, in words for the staff: the stable words are those of `FEDERATION.md`.

use crate::locale::Locale;

/// The sentences for what is noted on a follow (`word; word: 3`), each once.
pub fn sentences(t: Locale, noted: &str) -> Vec<String> {
    let mut said = Vec::new();
    for part in noted.split("; ") {
        let (word, count) = match part.rsplit_once(": ") {
            Some((word, count)) if count.parse::<u32>().is_ok() => (word, count.parse().unwrap_or(1)),
            _ => (part, 1_u32),
        };
        let sentence = t.text_with(sentence(word), &[("count", count.into()), ("word", word.into())]);
        if !said.contains(&sentence) {
            said.push(sentence);
        }
    }
    said
}

/// The sentence that says the same of several words.
fn sentence(word: &str) -> &'static str {
    match word {
        "too_many_items" | "too_many_pages" => "desk-problem-too-long",
        "too_many_fetches" => "desk-problem-later",
        "too_many_on_a_day" => "desk-problem-day",
        "too_many_events" => "desk-problem-full",
        "too_many_sessions" | "too_many_rules" => "desk-problem-rules",
        "out_of_time" => "desk-problem-out-of-time",
        "unreadable_event" | "unreadable_rule" | "no_author" | "no_title" | "no_uid" | "object_id" => {
            "desk-problem-unreadable"
        }
        "page_loop" | "page_elsewhere" | "other_total" => "desk-problem-list",
        "truncated" => "desk-problem-truncated",
        "connect" | "timeout" | "dns" | "silent_host" | "status_5xx" => "desk-problem-no-answer",
        "not_found" | "gone" | "no_programme" | "programme_address" | "no_agenda" | "a_feed" => {
            "desk-problem-nothing-there"
        }
        "status_4xx" => "desk-problem-refused",
        "answer_too_large" => "desk-problem-too-large",
        "answer_type" | "answer_json" | "redirect" | "document" => "desk-problem-answer",
        _ => "desk-problem-other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_reading_left_out_is_said_in_sentences_each_once() {
        let t = Locale::french();
        let said = sentences(t, "no_title; out_of_time: 3; too_many_items; unreadable_event").join(" ");
        assert_eq!(
            said.replace('\u{a0}', " "),
            "Un atelier illisible est laissé de côté. 3 ateliers à une date impossible ou trop lointaine sont laissés de côté. \
             Son programme est trop long : la fin n’en est pas lue."
        );
        for word in [
            "page_loop",
            "timeout",
            "gone",
            "status_4xx",
            "answer_json",
            "the answer is too large",
        ] {
            let said = sentences(t, word);
            assert!(
                said.len() == 1 && !said[0].starts_with("desk-problem"),
                "{word}: {said:?}"
            );
        }
    }
}
