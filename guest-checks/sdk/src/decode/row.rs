//! One row of a page as a map of its columns, or as their sequence.

use std::iter::zip;

use serde::de::value::StrDeserializer;
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::cell::Cell;
use super::misfit::Misfit;
use super::page;
use crate::bindings::vhost::check::types::{Column, ColumnPage, Page};

/// Reads one row of a page.
pub fn read<T: DeserializeOwned>(columns: &[Column], page: &Page, row: usize) -> Result<T, Misfit> {
    T::deserialize(Row { columns, page, row })
}

#[derive(Clone, Copy)]
struct Row<'a> {
    columns: &'a [Column],
    page: &'a Page,
    row: usize,
}

impl<'a> Row<'a> {
    fn cells(self) -> Cells<'a, impl Iterator<Item = (&'a Column, &'a ColumnPage)>> {
        Cells {
            cells: zip(self.columns, &self.page.columns),
            row: self.row,
            next: None,
        }
    }

    /// serde reads a field that is not there as `None`, or as its default: a misspelt column would assert nothing.
    fn holds(self, fields: &[&str]) -> Result<(), Misfit> {
        let there = |field: &str| self.columns.iter().any(|column| column.name == field);
        let Some(missing) = fields.iter().find(|field| !there(field)) else {
            return Ok(());
        };
        let names: Vec<_> = self.columns.iter().map(|c| c.name.as_str()).collect();
        let names = names.join("`, `");
        Err(Misfit::because(format!(
            "there is no column `{missing}`; the statement answers with `{names}`"
        )))
    }
}

impl<'de> Deserializer<'de> for Row<'_> {
    type Error = Misfit;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        visitor.visit_map(self.cells())
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        // The columns of one page are the columns of all its rows.
        if self.row == 0 {
            self.holds(fields)?;
        }
        visitor.visit_map(self.cells())
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        visitor.visit_seq(self.cells())
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        fields: usize,
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        let columns = self.columns.len();
        if columns != fields {
            return Err(Misfit::because(format!(
                "the statement answers with {columns} columns and {fields} are read"
            )));
        }
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: usize,
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        self.deserialize_tuple(fields, visitor)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        map enum identifier ignored_any
    }
}

struct Cells<'a, I> {
    cells: I,
    row: usize,
    /// Its name is read, and its cell is not.
    next: Option<(&'a Column, &'a ColumnPage)>,
}

impl<'a, I> Cells<'a, I> {
    fn cell<'de, S: DeserializeSeed<'de>>(
        &self,
        (column, page): (&'a Column, &'a ColumnPage),
        seed: S,
    ) -> Result<S::Value, Misfit> {
        let cell = Cell(page::value(column, page, self.row));
        let read = seed.deserialize(cell);
        read.map_err(|misfit| misfit.in_column(&column.name))
    }
}

impl<'a, 'de, I: Iterator<Item = (&'a Column, &'a ColumnPage)>> MapAccess<'de> for Cells<'a, I> {
    type Error = Misfit;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Misfit> {
        self.next = self.cells.next();
        let name = self.next.map(|(column, _)| column.name.as_str());
        name.map(|name| seed.deserialize(StrDeserializer::new(name)))
            .transpose()
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Misfit> {
        match self.next.take() {
            Some(next) => self.cell(next, seed),
            None => Err(Misfit::because("a value was read before its column's name")),
        }
    }
}

impl<'a, 'de, I: Iterator<Item = (&'a Column, &'a ColumnPage)>> SeqAccess<'de> for Cells<'a, I> {
    type Error = Misfit;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Misfit> {
        let next = self.cells.next();
        next.map(|next| self.cell(next, seed)).transpose()
    }
}
