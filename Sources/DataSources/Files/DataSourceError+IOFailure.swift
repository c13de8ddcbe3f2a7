package import FileIO

extension DataSourceError {
  /// A failure of the operating system, behind a few words on what was being done.
  package init(cannot purpose: String, _ failure: IOFailure) {
    let advice =
      failure.isOutOfSpace
      ? "; make room and run again" : failure.isMissing ? "; check the path" : ""
    self.init("cannot \(purpose): \(failure)\(advice)", underlying: failure)
  }
}

/// Runs file operations on behalf of a source or sink: a failure becomes theirs.
package func attempt<Result: ~Copyable>(
  to purpose: String, _ body: () throws(IOFailure) -> Result
) throws(DataSourceError) -> Result {
  do throws(IOFailure) {
    return try body()
  } catch {
    throw DataSourceError(cannot: purpose, error)
  }
}
