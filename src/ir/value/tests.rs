//! The scalars of the language: what each reads, refuses and writes.

use proptest::prelude::*;

use super::*;
use crate::source::Scalar;

/// Each text reads, and is written as the text beside it, which reads as the same value.
fn reads<T: Scalar + PartialEq + std::fmt::Debug>(cases: &[(&str, &str)]) {
    for (text, written) in cases {
        let value = T::read(text).unwrap_or_else(|wrong| panic!("`{text}`: {}", wrong.message));
        assert_eq!(value.write(), *written, "`{text}`");
        assert_eq!(T::read(written).unwrap(), value, "`{text}`");
    }
}

/// Each text is refused with this message and help.
fn refuses<T: Scalar + std::fmt::Debug>(cases: &[(&str, &str, Option<&str>)]) {
    for (text, message, help) in cases {
        let wrong = T::read(text).expect_err(text);
        assert_eq!((wrong.message.as_str(), wrong.help.as_deref()), (*message, *help), "`{text}`");
    }
}

#[test]
fn names() {
    let longest = "a".repeat(63);
    reads::<Name>(&[("a", "a"), ("orders-db", "orders-db"), ("0", "0"), (&longest, &longest)]);
    let help = |near: &str| format!("a name has lower-case letters, digits and `-`: write `{near}`");
    refuses::<Name>(&[
        ("Orders_DB", "`Orders_DB` is not a name", Some(&help("orders-db"))),
        ("-a-", "`-a-` is not a name", Some(&help("a"))),
        ("größe", "`größe` is not a name", Some(&help("gr-e"))),
        ("", "`` is not a name", None),
        ("---", "`---` is not a name", None),
        (&"a".repeat(64), &format!("`{}…` is longer than 63 characters", "a".repeat(60)), None),
        ("a\u{1b}[0m", "`a\\u{1b}[0m` is not a name", Some(&help("a-0m"))),
    ]);
    reads::<VariableName>(&[("PORT", "PORT"), ("_x9", "_x9"), ("discovery.type", "discovery.type"), ("A-B", "A-B")]);
    refuses::<VariableName>(&[
        ("9X", "`9X` is not a variable name", None),
        ("A=B", "`A=B` is not a variable name", None),
        ("..data", "`..data` is not a variable name", None),
        ("", "`` is not a variable name", None),
    ]);
    reads::<Identifier>(&[("PORT", "PORT"), ("_x9", "_x9")]);
    refuses::<Identifier>(&[
        ("9X", "`9X` is not an identifier", None),
        ("A-B", "`A-B` is not an identifier", None),
        ("a.b", "`a.b` is not an identifier", None),
        ("", "`` is not an identifier", None),
    ]);
}

#[test]
fn commits_and_digests() {
    reads::<Commit>(&[("4e10000", "4e10000"), ("ABCDEF1234", "ABCDEF1234")]);
    refuses::<Commit>(&[
        ("4e1000", "`4e1000` is not a commit", None),
        ("main-branch", "`main-branch` is not a commit", None),
        (&"a".repeat(41), &format!("`{}` is not a commit", "a".repeat(41)), None),
    ]);
    let commit = |text| Commit::read(text).unwrap();
    assert!(commit("abcdef1").same(&commit("ABCDEF123456")));
    assert!(!commit("abcdef1").same(&commit("abcdef2")));
    let digest = format!("sha256:{}", "0f".repeat(32));
    reads::<Digest>(&[(&digest, &digest)]);
    for bad in [digest.to_uppercase(), digest[..70].to_owned(), digest.replace("sha256", "sha512")] {
        assert!(Digest::read(&bad).is_err(), "{bad}");
    }
}

#[test]
fn paths() {
    reads::<RepositoryPath>(&[("a/b.yaml", "a/b.yaml"), ("./a//b/", "a/b"), (".", "."), ("a b", "a b")]);
    refuses::<RepositoryPath>(&[
        ("", "the path `` is empty", None),
        ("/etc", "the path `/etc` is absolute: paths are relative to the repository's root", None),
        ("C:\\x", "the path `C:\\x` is absolute: paths are relative to the repository's root", None),
        ("a\\b", "the path `a\\b` has a `\\`: write `/`", None),
        ("a/../../b", "the path `a/../../b` leaves the repository: `..` is not allowed", None),
        ("a\nb", "the path `a\\nb` has a control character", None),
    ]);
    let path = |text| RepositoryPath::read(text).unwrap();
    assert_eq!(path("a").join(&path("b/c")), path("a/b/c"));
    assert_eq!(path(".").join(&path("b")), path("b"));
    assert_eq!(path("a").join(&path(".")), path("a"));
    reads::<ContainerPath>(&[("/var/data", "/var/data")]);
    refuses::<ContainerPath>(&[
        ("data", "the path `data` is not absolute", None),
        ("/a/../b", "the path `/a/../b` has `..`, `:` or a control character", None),
    ]);
    reads::<UrlPath>(&[("/healthz?x=1", "/healthz?x=1")]);
    refuses::<UrlPath>(&[
        ("health", "the path `health` does not begin with `/`", Some("write `/health`")),
        ("/a b", "the path `/a b` has a space or a control character", None),
    ]);
}

#[test]
fn hosts_ports_and_ranges() {
    reads::<HostName>(&[("api.example.com", "api.example.com"), ("10.0.0.1", "10.0.0.1"), ("_dmarc.x", "_dmarc.x")]);
    refuses::<HostName>(&[
        (
            "https://example.com",
            "`https://example.com` is not a host name",
            Some("write the host alone, without `https://`"),
        ),
        ("a..b", "`a..b` is not a host name", None),
        ("a-.b", "`a-.b` is not a host name", None),
        ("", "`` is not a host name", None),
    ]);
    reads::<PortNumber>(&[("1", "1"), ("65535", "65535")]);
    refuses::<PortNumber>(&[
        ("0", "`0` is not between 1 and 65535", None),
        ("65536", "`65536` is not between 1 and 65535", None),
        ("http", "expected a port, found `http`", None),
    ]);
    reads::<AddressRange>(&[
        ("10.20.0.0/16", "10.20.0.0/16"),
        ("0.0.0.0/0", "0.0.0.0/0"),
        ("1.2.3.4/32", "1.2.3.4/32"),
    ]);
    refuses::<AddressRange>(&[
        ("10.20.1.0/16", "`10.20.1.0/16` has bits set beyond its prefix", Some("write `10.20.0.0/16`")),
        ("10.0.0.0", "`10.0.0.0` is not an address range", None),
        ("10.0.0.0/33", "`10.0.0.0/33` is not an address range", None),
        ("10.0.0/8", "`10.0.0/8` is not an address range", None),
    ]);
    let range = |text| AddressRange::read(text).unwrap();
    assert!(range("10.0.0.0/8").overlaps(range("10.20.0.0/16")));
    assert!(!range("10.0.0.0/16").overlaps(range("10.1.0.0/16")));
    assert_eq!(range("10.0.0.0/16").part(20, 15), Some(range("10.0.240.0/20")));
    assert_eq!(range("10.0.0.0/16").part(20, 16), None);
    assert_eq!(range("0.0.0.0/0").part(32, u32::MAX), Some(range("255.255.255.255/32")));
}

#[test]
fn durations() {
    reads::<Duration>(&[
        ("300ms", "300ms"),
        ("90s", "90s"),
        ("60s", "1m"),
        ("24h", "1d"),
        ("4w", "28d"),
        ("0s", "0s"),
        ("0w", "0s"),
    ]);
    refuses::<Duration>(&[
        ("90", "`90` has no unit", Some("write `90s` for seconds or `90m` for minutes")),
        ("1.5h", "`1.5h` is not a duration", None),
        ("-1s", "`-1s` is not a duration", None),
        ("5 m", "`5 m` is not a duration", Some("write `5m`")),
        ("10 minutes", "`10 minutes` is not a duration", Some("write `10m`")),
        ("10M", "`10M` is not a duration", None),
        ("", "`` is not a duration", None),
        ("s", "`s` is not a duration", None),
        ("99999999w", "`99999999w` is longer than 1,000 years", None),
        ("99999999999999999999s", "`99999999999999999999s` is not a duration", None),
    ]);
    assert_eq!(Duration::read("1500ms").unwrap().whole_seconds(), 2);
    assert_eq!(Duration::hours(25).whole_days(), 2);
}

#[test]
fn amounts() {
    reads::<Size>(&[("512Ki", "512Ki"), ("1024Mi", "1Gi"), ("1Ti", "1Ti"), ("0Gi", "0Ki")]);
    refuses::<Size>(&[
        ("512", "`512` has no unit", Some("write `512Mi` or `512Gi`")),
        ("512MB", "`512MB` is not a size", Some("write `512Mi`")),
        ("1g", "`1g` is not a size", Some("write `1Gi`")),
        ("1.5Gi", "`1.5Gi` is not a size", Some("sizes have no fraction: use the next smaller unit")),
        ("9999999999Ti", "`9999999999Ti` is too large", None),
        ("big", "`big` is not a size", None),
    ]);
    reads::<Cpu>(&[("250m", "250m"), ("0.5", "500m"), ("2", "2"), ("2000m", "2"), ("1.250", "1250m")]);
    refuses::<Cpu>(&[
        ("0.0005", "`0.0005` is finer than a thousandth of a core", None),
        ("1.5m", "`1.5m` is not an amount of CPU", None),
        (".5", "`.5` is not an amount of CPU", None),
        ("-1", "`-1` is not an amount of CPU", None),
        ("", "`` is not an amount of CPU", None),
    ]);
    reads::<CountOrPercent>(&[("1", "1"), ("25%", "25%"), ("0", "0"), ("100%", "100%")]);
    refuses::<CountOrPercent>(&[
        ("101%", "`101%` is over 100 %", None),
        ("+5", "`+5` is neither a count nor a percent", None),
        ("%", "`%` is neither a count nor a percent", None),
        ("half", "`half` is neither a count nor a percent", None),
    ]);
}

#[test]
fn decimals() {
    reads::<Decimal>(&[
        ("99.90", "99.9"),
        ("1e3", "1000"),
        ("+1.5e-3", "0.0015"),
        ("-0.25", "-0.25"),
        (".5", "0.5"),
        ("5.", "5"),
        ("0.00", "0"),
    ]);
    refuses::<Decimal>(&[
        ("", "expected a number, found ``", None),
        (".", "expected a number, found `.`", None),
        ("1e-2147483648", "expected a number, found `1e-2147483648`", None),
        ("1e99", "expected a number, found `1e99`", None),
        ("--1", "expected a number, found `--1`", None),
        ("1,5", "expected a number, found `1,5`", None),
        (".nan", "expected a number, found `.nan`", None),
        ("1234567890123456789", "`1234567890123456789` has more than 18 digits", None),
    ]);
    reads::<Percent>(&[("0", "0"), ("99.95", "99.95"), ("100", "100")]);
    refuses::<Percent>(&[
        ("90%", "`90%` has a percent sign", Some("write `90`")),
        ("100.01", "`100.01` is not between 0 and 100", None),
        ("-1", "`-1` is not between 0 and 100", None),
        ("all", "expected a number, found `all`", None),
    ]);
}

#[test]
fn decimal_arithmetic_is_exact() {
    let number = |text| Decimal::read(text).unwrap();
    assert_eq!(number("1").minus(number("0.999")), number("0.001"));
    assert_eq!(number("14.4").times(number("0.001")), number("0.0144"));
    assert_eq!(number("99.9").shift(2), number("0.999"));
    assert_eq!(number("1").over(number("8")), number("0.125"));
    assert_eq!(number("2").over(number("3")), number("0.666666666667"));
    assert_eq!(number("-2").over(number("3")), number("-0.666666666667"));
    assert_eq!(number("1").over(number("0")), number("0"));
    assert_eq!(number("123456789.5").over(number("0.12345678901234567")), number("1000000003.95000011"));
    assert!(number("0.1") < number("0.25"));
}

#[test]
fn days_and_moments() {
    reads::<Date>(&[("2024-02-29", "2024-02-29"), ("1970-01-01", "1970-01-01"), ("0001-03-01", "0001-03-01")]);
    for bad in ["2023-02-29", "2026-13-01", "2026-1-1", "2026/01/01", "2026-01-01T00:00:00Z", "", "２０２６-01-01"]
    {
        assert_eq!(Date::read(bad).unwrap_err().message, format!("`{bad}` is not a date"));
    }
    reads::<Time>(&[
        ("2026-11-20T10:02:11Z", "2026-11-20T10:02:11Z"),
        ("2026-11-20 12:02:11.25+02:00", "2026-11-20T10:02:11Z"),
        ("1969-12-31t23:59:59z", "1969-12-31T23:59:59Z"),
    ]);
    for bad in
        ["2026-11-20", "2026-11-20T10:02", "2026-11-20T24:00:00Z", "2026-11-20T10:02:11", "2026-11-20T10:02:11+2"]
    {
        assert_eq!(Time::read(bad).unwrap_err().message, format!("`{bad}` is not a time"));
    }
    assert_eq!(Date::read("2000-03-01").unwrap().start().seconds, 951_868_800);
    let time = |text| Time::read(text).unwrap();
    assert_eq!(time("2026-11-20T10:00:00Z").since(time("2026-11-20T09:00:00Z")), Duration::hours(1));
    assert_eq!(time("2026-11-20T10:00:00Z").since(time("2026-11-21T09:00:00Z")), Duration::seconds(0));
    reads::<TimeOfDay>(&[("00:00", "00:00"), ("08:30", "08:30"), ("24:00", "24:00")]);
    for bad in ["8:00", "24:01", "12:60", "+8:00", "noon", "12:00:00"] {
        assert_eq!(TimeOfDay::read(bad).unwrap_err().message, format!("`{bad}` is not a time of day"));
    }
}

/// What a plain YAML number or boolean may be is said by the shape, so that no schema refuses what is read.
#[test]
fn shapes_say_which_scalars_are_read() {
    fn check<T: Scalar>() {
        for (text, number) in
            [("1", true), ("1234567", true), ("0.5", true), ("-1", true), ("true", false), ("false", false)]
        {
            let good = match T::SHAPE.json {
                JsonType::Text => T::read(text).is_err(),
                JsonType::TextOrNumber | JsonType::Number | JsonType::Integer => number || T::read(text).is_err(),
                JsonType::Boolean => !number || T::read(text).is_err(),
                JsonType::AnyScalar => true,
            };
            assert!(good, "{} reads `{text}`", T::SHAPE.name);
        }
    }
    check::<Name>();
    check::<VariableName>();
    check::<Identifier>();
    check::<Commit>();
    check::<Digest>();
    check::<RepositoryPath>();
    check::<ContainerPath>();
    check::<UrlPath>();
    check::<HostName>();
    check::<PortNumber>();
    check::<AddressRange>();
    check::<Duration>();
    check::<Size>();
    check::<Cpu>();
    check::<CountOrPercent>();
    check::<Decimal>();
    check::<Percent>();
    check::<Date>();
    check::<Time>();
    check::<TimeOfDay>();
}

/// Reading never panics, and what was read is written so that it reads back.
fn survives<T: Scalar + PartialEq + std::fmt::Debug>(text: &str) {
    if let Ok(value) = T::read(text) {
        assert_eq!(T::read(&value.write()).unwrap(), value, "`{text}` was written as `{}`", value.write());
    }
}

/// Numbers of up to 18 digits, with room for a sum.
const DIGITS: std::ops::Range<i64> = -400_000_000_000_000_000..400_000_000_000_000_000;

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,24}|[-+0-9.eE]{0,24}|[0-9]{1,20}(ms|s|w|Ki|Ti|m|%)|[0-9:.TZ+/-]{0,30}") {
        survives::<Name>(&text);
        survives::<RepositoryPath>(&text);
        survives::<ContainerPath>(&text);
        survives::<UrlPath>(&text);
        survives::<HostName>(&text);
        survives::<PortNumber>(&text);
        survives::<AddressRange>(&text);
        survives::<Duration>(&text);
        survives::<Size>(&text);
        survives::<Cpu>(&text);
        survives::<CountOrPercent>(&text);
        survives::<Decimal>(&text);
        survives::<Percent>(&text);
        survives::<Date>(&text);
        survives::<Time>(&text);
        survives::<TimeOfDay>(&text);
    }

    #[test]
    fn decimals_never_overflow(a in DIGITS, b in DIGITS, s in 0u8..=18, t in 0u8..=18, powers in 0u8..40) {
        let (a, b) = (Decimal::new(a, s), Decimal::new(b, t));
        for made in [a.minus(b), a.times(b), a.over(b), a.shift(powers)] {
            prop_assert_eq!(Decimal::read(&made.write()), Ok(made));
        }
        prop_assert_eq!(a.minus(a), Decimal::whole(0));
        prop_assert!((a.as_f64() - b.as_f64() - a.minus(b).as_f64()).abs() <= 1e-6 * (a.as_f64().abs() + b.as_f64().abs() + 1.0));
    }
}
