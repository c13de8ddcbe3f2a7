import FileIO
import ToolSupport

/// Running where a small file system lies over the directory.
extension FillRun {
  /// Makes sure that it is there, runs, and saves the store when something is wrong: the file system
  /// goes away with this process.
  func runOnSmallFileSystem(_ name: String) throws(TortureFailure) -> TortureReport {
    let total: Int64
    do throws(SystemCallFailure) {
      total = try Ballast.totalByteCount(Paths.parent(of: settings.directory))
    } catch {
      throw TortureFailure(error)
    }
    guard total <= byteCount else {
      throw TortureFailure(
        .failed,
        "the file system of \(settings.directory) has \(total) bytes, not \(byteCount) at most; "
          + "fill makes one of its own and then runs itself with --mounted")
    }
    do throws(IOFailure) {
      _ = try POSIXFileSystem().openDirectory(settings.directory, creating: true)
    } catch {
      throw TortureFailure(.failed, "\(error)")
    }
    TortureCommand.note("fills \(name) of \(total >> 20) MiB")
    var report = try run()
    guard !report.violations.isEmpty else { return report }
    // The working directory is the real one, below the mount.
    do throws(SystemCallFailure) {
      let copy = try ChildProcess("cp", ["-a", settings.directory, "./found"])
      let end = try copy.awaitEnd()
      report.remarks = [
        end == .exited(0)
          ? "the store was saved as it was found, in \(Paths.parent(of: settings.directory))/found"
          : "the store could not be saved: cp ended with \(end)"
      ]
    } catch {
      throw TortureFailure(error)
    }
    return report
  }
}
