//! CBOR of types that `minicbor` has no form for.

/// Shared text.
pub mod text {
    use std::sync::Arc;

    use minicbor::encode::Write;
    use minicbor::{Decoder, Encoder};

    /// As a CBOR text.
    pub fn encode<C, W: Write>(
        text: &Arc<str>,
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.str(text)?.ok()
    }

    /// From a CBOR text.
    pub fn decode<C>(d: &mut Decoder<'_>, _: &mut C) -> Result<Arc<str>, minicbor::decode::Error> {
        Ok(d.str()?.into())
    }
}

/// UUIDs that are no newtype.
pub mod uuid {
    use minicbor::bytes::ByteArray;
    use minicbor::encode::Write;
    use minicbor::{Decoder, Encoder};
    use uuid::Uuid;

    /// As 16 bytes.
    pub fn encode<C, W: Write>(
        uuid: &Uuid,
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.bytes(uuid.as_bytes())?.ok()
    }

    /// From 16 bytes.
    pub fn decode<C>(d: &mut Decoder<'_>, ctx: &mut C) -> Result<Uuid, minicbor::decode::Error> {
        let bytes: ByteArray<16> = d.decode_with(ctx)?;
        Ok(Uuid::from_bytes(*bytes))
    }
}
