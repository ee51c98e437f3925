//! Why a signature is not believed: one variant a reason, each with a stable word for logs and metrics.

/// Why a request's signature is refused. Senders are answered 401 for all of them: it makes Mastodon try its other scheme.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// There is no `Signature` header.
    #[error("the request is not signed")]
    Missing,
    /// The headers that carry the signature break their grammar.
    #[error("the signature cannot be read: {0}")]
    Malformed(&'static str),
    /// A parameter of the signature is given twice.
    #[error("the signature gives a parameter or a component twice")]
    DuplicateParameter,
    /// A header that the signature or its checks rest on is there twice.
    #[error("a header that counts for the signature is there twice: {0}")]
    DuplicateHeader(String),
    /// More than one RFC 9421 signature: which one counts would be the attacker's choice.
    #[error("the request carries several signatures")]
    Several,
    /// The label names an algorithm that is no signature or is broken (`none`, HMAC, SHA-1).
    #[error("the algorithm is refused")]
    Algorithm,
    /// RFC 9421 `alg` contradicts the key's own algorithm.
    #[error("the algorithm is not that of the key")]
    KeyMismatch,
    /// A covered component that we do not know, or cannot compute.
    #[error("the signature covers a component that is not known")]
    UnknownComponent,
    /// A covered header that the request does not have.
    #[error("the signature covers a header that is not there")]
    AbsentHeader,
    /// The method and path are not covered.
    #[error("the signature does not cover the method and path")]
    TargetUnsigned,
    /// The host is not covered.
    #[error("the signature does not cover the host")]
    HostUnsigned,
    /// Neither `date` nor `(created)` is covered: the request would be valid for ever.
    #[error("the signature does not cover a date")]
    DateUnsigned,
    /// A request with a body whose digest is not covered.
    #[error("the signature does not cover the digest of the body")]
    DigestUnsigned,
    /// Signed for another server.
    #[error("the request was signed for another host")]
    ForeignHost,
    /// The date is no HTTP date, or `created` and `expires` are no seconds since 1970.
    #[error("a date of the signature cannot be read")]
    DateMalformed,
    /// Signed too long ago.
    #[error("the signature is too old")]
    TooOld,
    /// Signed in the future.
    #[error("the signature comes from the future")]
    Future,
    /// Past its own `expires`.
    #[error("the signature has expired")]
    Expired,
    /// The digest header is missing, or unreadable.
    #[error("the digest of the body cannot be read")]
    DigestMalformed,
    /// A digest is there, but none by SHA-256.
    #[error("the digest of the body is not by SHA-256")]
    DigestUnsupported,
    /// The digest is not that of the body.
    #[error("the digest is not that of the body")]
    DigestWrong,
    /// All was in order except the signature itself: another key, or something changed on the way.
    #[error("the signature does not fit the key and the request")]
    Wrong,
}

impl SignatureError {
    /// The word for logs and metrics.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Missing => "signature_missing",
            Self::Malformed(_) => "signature_malformed",
            Self::DuplicateParameter => "signature_duplicate_parameter",
            Self::DuplicateHeader(_) => "signature_duplicate_header",
            Self::Several => "signature_several",
            Self::Algorithm => "signature_algorithm",
            Self::KeyMismatch => "signature_key_mismatch",
            Self::UnknownComponent => "signature_unknown_component",
            Self::AbsentHeader => "signature_absent_header",
            Self::TargetUnsigned => "signature_target_unsigned",
            Self::HostUnsigned => "signature_host_unsigned",
            Self::DateUnsigned => "signature_date_unsigned",
            Self::DigestUnsigned => "signature_digest_unsigned",
            Self::ForeignHost => "signature_foreign_host",
            Self::DateMalformed => "signature_date_malformed",
            Self::TooOld => "signature_too_old",
            Self::Future => "signature_future",
            Self::Expired => "signature_expired",
            Self::DigestMalformed => "digest_malformed",
            Self::DigestUnsupported => "digest_unsupported",
            Self::DigestWrong => "digest_wrong",
            Self::Wrong => "signature_wrong",
        }
    }
}
