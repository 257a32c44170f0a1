//! Format strings of Envoy's access log, as far as a mistake in one would make Envoy refuse the whole route table.
//!
//! A percent sign starts an operator, `%NAME%`, `%NAME(argument)%` or `%NAME(argument):length%`; two of them are the sign
//! itself. Which names there are is Envoy's business.

/// Checks a text; the error says what is wrong with it.
pub(crate) fn check(text: &[u8]) -> Result<(), String> {
    let mut rest = text;
    while let Some(start) = rest.iter().position(|byte| *byte == b'%') {
        let after = rest.get(start + 1..).unwrap_or_default();
        let Some(length) = operator(after) else {
            let shown = String::from_utf8_lossy(after.get(..after.len().min(16)).unwrap_or_default());
            return Err(format!("`%{shown}` starts no operator; a percent sign itself is written `%%`"));
        };
        rest = after.get(length..).unwrap_or_default();
    }
    Ok(())
}

/// How long the operator behind a percent sign is, with the sign at its end; `None` when there is none.
fn operator(text: &[u8]) -> Option<usize> {
    let is_name = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_';
    let mut at = text.iter().take_while(|byte| is_name(byte)).count();
    if at == 0 {
        return (text.first() == Some(&b'%')).then_some(1);
    }
    if text.get(at) == Some(&b'(') {
        at += text.get(at..)?.iter().position(|byte| *byte == b')')? + 1;
    }
    if text.get(at) == Some(&b':') {
        at += 1;
        let digits = text.get(at..)?.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits == 0 {
            return None;
        }
        at += digits;
    }
    (text.get(at) == Some(&b'%')).then_some(at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operators_are_told_from_percent_signs() {
        for good in ["", "plain", "%REQ(:PATH)%", "%START_TIME%%RESPONSE_CODE%", "100%%", "%REQ(X?Y):10%"] {
            assert_eq!(check(good.as_bytes()), Ok(()), "{good}");
        }
        for bad in ["100%", "100% sure", "%lower%", "%REQ(x%", "%REQ(x):%", "%A b%"] {
            assert!(check(bad.as_bytes()).is_err(), "{bad}");
        }
    }
}
