package import FileIO

/// Runs file operations on behalf of a source or sink: a failure becomes theirs, behind a few words
/// on what was being done.
package func attempt<Result: ~Copyable>(
  to purpose: String, _ body: () throws(IOFailure) -> Result
) throws(DataSourceError) -> Result {
  do throws(IOFailure) {
    return try body()
  } catch {
    let advice =
      error.isOutOfSpace ? "; make room and run again" : error.isMissing ? "; check the path" : ""
    throw DataSourceError("cannot \(purpose): \(error)\(advice)", underlying: error)
  }
}
