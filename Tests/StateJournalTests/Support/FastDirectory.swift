import Foundation

/// Where tests put what they need no disk for: in memory, where there is such a place, because a sync
/// of a disk that others use as well takes its time. What survives is shown by other tests.
let fastDirectory: String? = {
  let path = "/dev/shm"
  return FileManager.default.isWritableFile(atPath: path) ? path : nil
}()
