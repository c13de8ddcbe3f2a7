import FileIO
import ToolSupport

/// A small file system over a directory, in a name space of mounts that only this process and its
/// children see. It goes away with the last of them, however they end: nothing is left to be cleaned
/// up, and from outside the directory looks empty all the time.
package struct SmallFileSystem: Sendable {
  /// How to get one.
  package enum Kind: String, Sendable, CaseIterable {
    /// An image on a loop device, which only root can mount.
    case ext4
    /// In memory; without root in a name space of users of one's own.
    case tmpfs
  }

  /// A way that works, perhaps.
  private struct Way {
    var kind: Kind
    /// Options of `unshare`.
    var unsharing: [String]
    var mounting: String
  }

  private static let ways = [
    // The process stays in the directory below the mount, where the image loses its name at once:
    // the loop device alone holds it, and lets go of it with the mount.
    Way(
      kind: .ext4, unsharing: ["-m"],
      mounting: """
        trap 'rm -f disk.img' EXIT
        truncate -s "$2" disk.img
        mkfs.ext4 -q -F -m 0 disk.img
        mount -o loop disk.img "$1"
        rm -f disk.img
        """),
    Way(kind: .tmpfs, unsharing: ["-m"], mounting: tmpfs),
    Way(kind: .tmpfs, unsharing: ["-U", "-r", "-m"], mounting: tmpfs),
  ]

  private static let tmpfs = #"mount -t tmpfs -o size="$2",mode=700 journal-torture "$1""#

  /// Runs this program again, with other arguments, where a small file system lies over `directory`.
  /// The new program's working directory is the real one below.
  ///
  /// - Throws: when there is no way; the message tells what was tried.
  static func enter(
    _ directory: String, byteCount: Int64, kind: Kind?, arguments: (Kind) -> [String]
  ) throws(TortureFailure) -> Never {
    try requireEmpty(directory)
    // Behind `unshare`, the link would lead to the shell.
    let own =
      Paths.destination(of: ChildProcess.ownExecutable) ?? ChildProcess.ownExecutable
    var reasons: [String] = []
    for way in ways where kind == nil || way.kind == kind {
      let script = "set -e; cd \"$1\"; \(way.mounting)\nshift 2; exec \"$@\""
      let command = way.unsharing + ["sh", "-c", script, "sh", directory, String(byteCount)]
      do throws(SystemCallFailure) {
        if let reason = try failure(of: command) {
          reasons.append(
            "\(way.kind) with unshare \(way.unsharing.joined(separator: " ")): \(reason)")
          continue
        }
        try replaceProcess("unshare", command + [own] + arguments(way.kind))
      } catch {
        throw TortureFailure(error)
      }
    }
    throw TortureFailure(
      .failed,
      "no small file system can be made here; it takes Linux with unshare(1) and mount(8), and root "
        + "for ext4 on a loop device or user name spaces for tmpfs. Tried: "
        + reasons.joined(separator: "; "))
  }

  private static func requireEmpty(_ directory: String) throws(TortureFailure) {
    let names: [String]
    do {
      names = try POSIXFileSystem().openDirectory(directory, creating: false).list()
    } catch {
      throw TortureFailure(.failed, "\(error)")
    }
    guard let name = names.first else { return }
    throw TortureFailure(
      .failed, "\(directory) holds \(name); fill needs an empty directory of its own")
  }

  /// Why a way does not work; nil when it does.
  private static func failure(of command: [String]) throws(SystemCallFailure) -> String? {
    let trial = try ChildProcess(
      "/bin/sh", ["-c", "exec 2>&1; exec unshare \"$@\"", "sh"] + command + ["true"])
    let output = try trial.readToEnd(until: .max) ?? []
    let end = try trial.awaitEnd()
    guard end != .exited(0) else { return nil }
    let text = String(decoding: output, as: UTF8.self).split(separator: "\n")
    return text.isEmpty ? "\(end)" : text.joined(separator: ", ")
  }
}
