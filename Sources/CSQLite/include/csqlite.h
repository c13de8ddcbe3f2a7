// The system's SQLite library, found when the process first asks for it, so that everything builds
// and starts where there is none. Names and meanings are SQLite's own (https://sqlite.org/c3ref).

#ifndef CSQLITE_H
#define CSQLITE_H

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

typedef struct csqlite_database csqlite_database;
typedef struct csqlite_statement csqlite_statement;

#define CSQLITE_OK 0
#define CSQLITE_BUSY 5
#define CSQLITE_CORRUPT 11
#define CSQLITE_FULL 13
#define CSQLITE_TOOBIG 18
#define CSQLITE_NOTADB 26
#define CSQLITE_ROW 100
#define CSQLITE_DONE 101

// What a column of a row holds.
#define CSQLITE_INTEGER 1
#define CSQLITE_REAL 2
#define CSQLITE_TEXT 3
#define CSQLITE_BLOB 4
#define CSQLITE_NULL 5

/// A function of the library by its own name ("sqlite3_open_v2"), for who needs another than those below;
/// NULL when there is no library, or it has no such function.
void *_Nullable csqlite_function(const char *name);

/// The library's version; NULL when there is none, and then nothing below may be called.
const char *_Nullable csqlite_version(void);

/// Opens a database for reading and writing, and creates it when it is missing and `creates` is not 0.
/// There is a handle to be closed even when it fails, unless memory ran out.
int csqlite_open(
  const char *path, int creates, csqlite_database *_Nullable *_Nonnull database);
int csqlite_close(csqlite_database *database);
int csqlite_busy_timeout(csqlite_database *database, int milliseconds);
/// The extended code and the words for what the last call on this database failed with.
int csqlite_extended_code(csqlite_database *database);
const char *csqlite_message(csqlite_database *database);

int csqlite_prepare(
  csqlite_database *database, const char *text, csqlite_statement *_Nullable *_Nonnull statement);
void csqlite_finalize(csqlite_statement *_Nullable statement);
int csqlite_step(csqlite_statement *statement);
/// Makes a statement ready for the next run, without what was bound to it.
void csqlite_reset(csqlite_statement *statement);

int csqlite_bind_integer(csqlite_statement *statement, int parameter, int64_t value);
/// Copies the bytes, which are UTF-8.
int csqlite_bind_text(
  csqlite_statement *statement, int parameter, const void *_Nullable bytes, size_t count);

int csqlite_bind_double(csqlite_statement *statement, int parameter, double value);
int csqlite_bind_null(csqlite_statement *statement, int parameter);

int csqlite_column_count(csqlite_statement *statement);
/// The name of a column, valid until the statement is finalized; NULL when memory ran out.
const char *_Nullable csqlite_column_name(csqlite_statement *statement, int column);
int csqlite_column_type(csqlite_statement *statement, int column);
double csqlite_column_double(csqlite_statement *statement, int column);
/// The bytes of a column, valid until the statement's next step; NULL when there are none.
const void *_Nullable csqlite_column_blob(
  csqlite_statement *statement, int column, size_t *count);
int64_t csqlite_column_integer(csqlite_statement *statement, int column);
/// The text of a column, valid until the statement's next step; NULL when it is empty.
const void *_Nullable csqlite_column_text(
  csqlite_statement *statement, int column, size_t *count);

#pragma clang assume_nonnull end

#endif
