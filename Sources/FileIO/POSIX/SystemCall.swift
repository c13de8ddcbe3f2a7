#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Makes one system call that reports failure as −1 and `errno`, and makes it again for as long
/// as a signal interrupts it.
///
/// This is the only place that retries. `close` must not come here: after an interrupted `close`
/// the number may already belong to somebody else's file. Nor is a call made again that tells of
/// failed writes, as syncs do (`retriesInterrupted`): the interruption may be what a file system's
/// server answered to one, and nobody is told of it a second time.
func systemCall<Result: FixedWidthInteger & SignedInteger>(
  _ operation: IOFailure.Operation, path: String, retriesInterrupted: Bool = true,
  _ call: () -> Result
) throws(IOFailure) -> Result {
  while true {
    let result = call()
    if result != -1 { return result }
    let code = errno
    if code != EINTR || !retriesInterrupted { throw IOFailure(operation, path: path, code: code) }
  }
}

/// Checks that `name` is one component of a path, so that no name can leave its directory.
package func checkName(
  _ name: String, _ operation: IOFailure.Operation, path: String
) throws(IOFailure) {
  // What C takes for the name ends at a zero.
  let byteCount = unsafe strcspn(name, "/")
  let isComponent =
    byteCount > 0 && byteCount == name.utf8.count && name != "." && name != ".."
  if !isComponent { throw IOFailure(operation, path: path, code: EINVAL) }
}

/// The path of `name` in the directory at `directory`, for messages only.
package func join(_ directory: String, _ name: String) -> String {
  directory.hasSuffix("/") ? directory + name : directory + "/" + name
}
