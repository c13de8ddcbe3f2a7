internal import CSQLite

/// What SQLite refused, with its own codes and words.
public struct SQLiteError: Error, Sendable, Equatable {
  /// The primary result code (`SQLITE_BUSY` is 5), or 0 for what SQLite itself does not object to.
  public var code: Int32
  /// The extended result code, which says more.
  public var extendedCode: Int32
  /// SQLite's words for it, or ours.
  public var message: String
  /// The database.
  public var path: String

  package init(code: Int32, extendedCode: Int32, message: String, path: String) {
    self.code = code
    self.extendedCode = extendedCode
    self.message = message
    self.path = path
  }

  /// What SQLite itself does not object to.
  package init(_ message: String, path: String) {
    self.init(code: CSQLITE_OK, extendedCode: CSQLITE_OK, message: message, path: path)
  }

  /// Whether another connection held the database for longer than the busy timeout.
  public var isBusy: Bool { code == CSQLITE_BUSY }
  /// Whether the file is damaged, or no database at all.
  public var isDamage: Bool { code == CSQLITE_CORRUPT || code == CSQLITE_NOTADB }
}

extension SQLiteError {
  /// Whether a value, or a statement, is larger than SQLite takes.
  package var isTooLarge: Bool { code == CSQLITE_TOOBIG }
  /// What to do on a system without the library.
  package static let noLibrary =
    "this system has no SQLite library; install libsqlite3 (libsqlite3-0 on Debian, sqlite-libs on Fedora)"
  /// The version of the system's library; nil when there is none.
  package static var libraryVersion: String? {
    unsafe csqlite_version().map { unsafe String(cString: $0) }
  }
}

extension SQLiteError: CustomStringConvertible {
  /// What happened, where, and what to do next.
  public var description: String {
    let advice =
      switch code {
      case CSQLITE_BUSY: "let the other process finish, or wait longer (busyTimeout)"
      case CSQLITE_CORRUPT, CSQLITE_NOTADB:
        "check it with `sqlite3 \(path) 'PRAGMA integrity_check'`, and restore a backup"
      case CSQLITE_FULL: "free some space and try again, what was acknowledged is safe"
      case CSQLITE_TOOBIG: "write it in several parts"
      default: "remove the cause and try again"
      }
    let codes = code == CSQLITE_OK ? "" : " (SQLite code \(extendedCode))"
    return "\(path): \(message)\(codes); \(advice)"
  }
}
