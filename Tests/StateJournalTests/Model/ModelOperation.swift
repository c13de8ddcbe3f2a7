import StateJournal
import StorageSimulator

/// One thing that happens to a storage, with everything that decides how: a list of them can be cut
/// anywhere and run again.
enum ModelOperation: Sendable {
  /// What an acknowledgement means.
  enum Durability: String, Sendable {
    case synced
    /// Synced only when it is asked for: no thread in the background decides anything.
    case buffered
  }

  case update(StateAddress, StateObject, Durability)
  case remove(StateAddress, Durability)
  case apply([StateChange], Durability)
  case write(SourceState, to: String, Durability)
  /// Changes a source as one step; `rejects` gives it up at the end.
  case updateSource(String, [StateChange], rejects: Bool, Durability)
  case transaction([StateChange], rejects: Bool, Durability)
  /// Replaces (or removes, without an object) if the version is the present one, or an old one.
  case compareAndSet(StateAddress, StateObject?, isStale: Bool, Durability)
  /// An object or address that no storage may take.
  case invalid(StateAddress, StateObject)
  case sync
  case compact(isFull: Bool)
  /// Another process compacts beside the writer.
  case compactOutside(generations: Int)
  /// Reads all there is, in every way.
  case check
  /// Takes a view of the present state, which must not change from here on.
  case keepView
  /// Opens a reader as another process would; the same.
  case keepReader
  /// The verification looks at every byte, and history at one earlier commit.
  case inspect(pastCommit: Int)
  /// The session ends in order; another process may compact before the next one begins.
  case close(compactingBetween: Bool)
  /// The storage is let go of, as by a process that was killed, and its successor meets the same
  /// faults.
  case abandon
  case kill
  case powerLoss(LossPattern)
  /// The machine stops at one of the next file operations; what was unsynced is lost or not.
  case crash(within: Int, tearing: Bool, LossPattern?)
  case fault(Fault)
  /// So many bytes are left on the disk.
  case fill(room: Int64)
  /// There is room again.
  case free
}

extension ModelOperation: CustomStringConvertible {
  var description: String {
    switch self {
    case .update(let address, let object, let durability):
      "update \(address.quoted) = \(object.shortened), \(durability)"
    case .remove(let address, let durability): "remove \(address.quoted), \(durability)"
    case .apply(let changes, let durability): "apply \(changes.listed), \(durability)"
    case .write(let state, let source, let durability):
      "write \(source.debugDescription) = \(state.listed(as: source)), \(durability)"
    case .updateSource(let source, let changes, let rejects, let durability):
      "update source \(source.debugDescription) by \(changes.listed)\(rejects ? ", give up" : ""), "
        + "\(durability)"
    case .transaction(let changes, let rejects, let durability):
      "transaction \(changes.listed)\(rejects ? ", give up" : ""), \(durability)"
    case .compareAndSet(let address, let object, let isStale, let durability):
      "compare and set \(address.quoted) = \(object?.shortened ?? "nothing")"
        + "\(isStale ? " by an old version" : ""), \(durability)"
    case .invalid(let address, let object): "update \(address.quoted) = \(object)"
    case .sync: "sync"
    case .compact(let isFull): isFull ? "compact fully" : "compact"
    case .compactOutside(let count): "compact from outside, keeping \(count) generations"
    case .check: "check"
    case .keepView: "keep a view"
    case .keepReader: "keep a reader"
    case .inspect(let commit): "inspect, and look back \(commit) commits"
    case .close(let compacts): "close\(compacts ? ", compact from outside" : "") and open"
    case .abandon: "let go and open"
    case .kill: "kill and open"
    case .powerLoss(let pattern): "lose power (\(pattern)) and open"
    case .crash(let count, let tearing, let pattern):
      "stop at file operation +\(count)\(tearing ? ", tearing it" : "")"
        + "\(pattern.map { ", lose power (\($0))" } ?? "")"
    case .fault(let fault):
      "fault: \(fault.effect) at \(fault.operation?.rawValue ?? "operation") +\(fault.position)"
    case .fill(let room): "fill the disk but for \(room) bytes"
    case .free: "free the disk"
    }
  }
}

extension StateAddress {
  fileprivate var quoted: String {
    "\(source.debugDescription)/\(scope)/\(name.debugDescription)"
  }
}

extension StateObject {
  fileprivate var shortened: String {
    let text = (try? json()) ?? "\(self)"
    return text.utf8.count <= 60 ? text : "\(text.prefix(50))… (\(text.utf8.count) bytes)"
  }
}

extension [StateChange] {
  fileprivate var listed: String {
    let items = map { change in
      switch change {
      case .update(let address, let object): "\(address.quoted) = \(object.shortened)"
      case .remove(let address): "no \(address.quoted)"
      case .removeSource(let source): "no \(source.debugDescription)"
      }
    }
    return "[\(items.joined(separator: "; "))]"
  }
}

extension SourceState {
  fileprivate func listed(as source: String) -> String {
    changes(from: SourceState(), of: source).listed
  }
}
