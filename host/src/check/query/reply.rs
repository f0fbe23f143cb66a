//! What the server answers, apart from rows.
//!
//! Message formats: <https://www.postgresql.org/docs/current/protocol-message-formats.html>

/// One answer.
pub enum Reply {
    Authentication {
        kind: i32,
        data: Vec<u8>,
    },
    /// A parameter's name and value, sent at the start of a session.
    Status {
        name: String,
        value: String,
    },
    /// OIDs of a statement's parameters, as the server inferred them.
    Parameters(Vec<u32>),
    Columns(Vec<Field>),
    /// The statement or the cursor is at its end.
    Complete,
    Error(Box<ServerError>),
    /// The transaction's status: `T` inside one, `E` inside a failed one, `I` outside.
    Ready(u8),
    /// An answer that carries nothing, such as BindComplete.
    Acknowledged,
}

/// One column as the server describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    pub name: String,
    pub type_oid: u32,
}

/// An error as the server worded it. Its texts can quote row data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServerError {
    pub severity: String,
    pub sqlstate: String,
    pub message: String,
    pub detail: Option<String>,
    pub hint: Option<String>,
    /// In characters, from 1.
    pub position: Option<u32>,
    pub constraint: Option<String>,
    pub table: Option<String>,
}

impl Reply {
    /// Reads the body of a message; `None` if it is not what its tag says.
    pub fn read(tag: u8, body: &[u8]) -> Option<Self> {
        let mut body = Body(body);
        Some(match tag {
            b'R' => Reply::Authentication {
                kind: body.i32()?,
                data: body.0.to_vec(),
            },
            b'S' => Reply::Status {
                name: body.text()?,
                value: body.text()?,
            },
            b't' => {
                let count = body.u16()?;
                let oids = (0..count).map(|_| body.u32());
                Reply::Parameters(oids.collect::<Option<_>>()?)
            }
            b'T' => {
                let count = body.u16()?;
                let fields = (0..count).map(|_| body.field());
                Reply::Columns(fields.collect::<Option<_>>()?)
            }
            b'C' => Reply::Complete,
            b'Z' => Reply::Ready(*body.0.first()?),
            // BackendKeyData, ParseComplete, BindComplete, CloseComplete, NoData, EmptyQueryResponse, PortalSuspended.
            b'K' | b'1' | b'2' | b'3' | b'n' | b'I' | b's' => Reply::Acknowledged,
            _ => return None,
        })
    }
}

impl ServerError {
    /// Reads the fields of an ErrorResponse, of which the end may have been cut off.
    pub fn read(body: &[u8]) -> Self {
        let mut error = ServerError::default();
        for field in body.split(|byte| *byte == 0) {
            let Some((code, text)) = field.split_first() else {
                continue;
            };
            let text = String::from_utf8_lossy(text).into_owned();
            match code {
                b'V' => error.severity = text,
                b'C' => error.sqlstate = text,
                b'M' => error.message = text,
                b'D' => error.detail = Some(text),
                b'H' => error.hint = Some(text),
                b'P' => error.position = text.parse().ok(),
                b'n' => error.constraint = Some(text),
                b't' => error.table = Some(text),
                _ => {}
            }
        }
        error
    }
}

struct Body<'a>(&'a [u8]);

impl Body<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*head)
    }

    fn u16(&mut self) -> Option<u16> {
        self.take().map(u16::from_be_bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.take().map(u32::from_be_bytes)
    }

    fn i32(&mut self) -> Option<i32> {
        self.take().map(i32::from_be_bytes)
    }

    fn text(&mut self) -> Option<String> {
        let end = self.0.iter().position(|byte| *byte == 0)?;
        let text = String::from_utf8_lossy(&self.0[..end]).into_owned();
        self.0 = &self.0[end + 1..];
        Some(text)
    }

    fn field(&mut self) -> Option<Field> {
        let name = self.text()?;
        // The table's OID and the column's number: they say where a column comes from, not whether it is null here.
        self.take::<6>()?;
        let type_oid = self.u32()?;
        // Size, modifier and format.
        self.take::<8>()?;
        Some(Field { name, type_oid })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_that_was_cut_off_still_says_its_sqlstate() {
        let error = ServerError::read(b"SERROR\0VERROR\0C22P02\0Minvalid input: \"aaaaaa");
        assert_eq!(error.sqlstate, "22P02");
        assert_eq!(error.message, "invalid input: \"aaaaaa");
    }

    #[test]
    fn a_description_shorter_than_its_count_is_refused() {
        assert!(Reply::read(b'T', b"\0\x02a\0\0\0\0\0\0\0\0\0\0\x17\0\x04\0\0\0\0\0\0").is_none());
        let Some(Reply::Columns(fields)) =
            Reply::read(b'T', b"\0\x01a\0\0\0\0\0\0\0\0\0\0\x17\0\x04\0\0\0\0\0\0")
        else {
            panic!("one column was described");
        };
        assert_eq!(fields[0].type_oid, 23);
    }
}
