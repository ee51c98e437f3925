//! Rows of the inbox as statements: `INSERT` written out when the program is compiled.
//!
//! What `diesel::insert_into` makes is a tree, and for each row Diesel walks all of it several times, to see whether it is
//! empty, whether it may be kept prepared, and for its values: with the 24 columns of an event that takes longer than writing
//! it. A row made a statement by [`insert_statement`] is its text and its values. Columns and their types are checked against
//! the schema all the same.

/// Makes `$row`, a struct with a field for each of the columns, the statement that adds it to `$table`. `$end` follows the
/// values (`ON CONFLICT DO NOTHING`).
macro_rules! insert_statement {
    ($row:ident $(<$life:lifetime>)?, $table:ident ($first:ident $(, $column:ident)* $(,)?) $(, $end:literal)?) => {
        $crate::store::insert::insert_statement!(
            @on diesel::sqlite::Sqlite, $row $(<$life>)?, $table ($first $(, $column)*) $(, $end)?
        );
        $crate::store::insert::insert_statement!(
            @on diesel::pg::Pg, $row $(<$life>)?, $table ($first $(, $column)*) $(, $end)?
        );

        impl $(<$life>)? diesel::query_builder::QueryId for $row $(<$life>)? {
            type QueryId = $crate::store::insert::insert_statement!(@static $row $(<$life>)?);
            const HAS_STATIC_QUERY_ID: bool = true;
        }

        impl<$($life,)? C: diesel::Connection> diesel::RunQueryDsl<C> for $row $(<$life>)? {}
    };
    (@static $row:ident) => { $row };
    (@static $row:ident <$life:lifetime>) => { $row<'static> };
    (@on $backend:ty, $row:ident $(<$life:lifetime>)?, $table:ident ($first:ident $(, $column:ident)*) $(, $end:literal)?) => {
        impl $(<$life>)? diesel::query_builder::QueryFragment<$backend> for $row $(<$life>)? {
            fn walk_ast<'b>(
                &'b self,
                mut out: diesel::query_builder::AstPass<'_, 'b, $backend>,
            ) -> diesel::QueryResult<()> {
                out.push_sql(concat!(
                    "INSERT INTO ", stringify!($table), " (", stringify!($first) $(, ", ", stringify!($column))*, ") VALUES ("
                ));
                out.push_bind_param::<diesel::dsl::SqlTypeOf<$table::$first>, _>(&self.$first)?;
                $(
                    out.push_sql(", ");
                    out.push_bind_param::<diesel::dsl::SqlTypeOf<$table::$column>, _>(&self.$column)?;
                )*
                out.push_sql(concat!(")" $(, " ", $end)?));
                Ok(())
            }
        }
    };
}
pub(super) use insert_statement;
