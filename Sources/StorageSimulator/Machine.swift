import FileIO

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A disk together with all that is lost when the machine stops: open files, locks, and the
/// counting of operations.
struct Machine: Sendable {
  /// Names one open of one file.
  typealias Handle = Int

  struct LockedByte: Hashable, Sendable {
    var node: NodeNumber
    var offset: Int64
  }

  var disk: Disk
  var openFiles: [Handle: NodeNumber] = [:]
  var locks: [LockedByte: Handle] = [:]
  /// Who has yet to be told that a sync of their file failed.
  private var untold: Set<Handle> = []
  var operations: [SimulatedFileSystem.Operation] = []
  var plan: FaultPlan
  var capacity: Int64?
  /// Whether the file system lets files be mapped for storing.
  var mapsFiles = true
  /// Whether space has run out by a fault, and none has been freed since.
  var isFull = false
  /// Whether the machine has stopped; nothing works on it any more.
  var isStopped = false
  var crash: CrashPoint?
  var generator: SeededGenerator
  /// Where the machine could have stopped so far; kept only when asked for.
  var stops: [Stop]?
  private var nextHandle: Handle = 1

  struct CrashPoint: Sendable {
    var operation: Int
    var tearing: Bool
  }

  /// The disk as it was when an operation was asked for: what a crash at that operation leaves.
  struct Stop: Sendable {
    var disk: Disk
    /// The position of the operation in the life of the machine; the first is 1.
    var operation: Int
    /// The write that was asked for, of which a part may have happened.
    var write: PendingWrite?
  }

  struct PendingWrite: Sendable {
    var node: NodeNumber
    var offset: Int
    var bytes: [UInt8]
  }

  /// What the faults leave of an operation that goes ahead.
  struct Allowance: Sendable {
    /// The most bytes it may transfer.
    var byteCount = Int.max
    /// What it reports although it has been carried out.
    var code: Int32?
    /// What becomes of the pages, when it is a sync.
    var failedSync: Fault.FailedSync?
  }

  init(disk: Disk, seed: UInt64, plan: FaultPlan = FaultPlan(), capacity: Int64? = nil) {
    self.disk = disk
    self.plan = plan
    self.capacity = capacity
    generator = SeededGenerator(seed: seed)
  }

  /// Counts an operation and lets crash and faults have their say.
  mutating func begin(
    _ operation: SimulatedFileSystem.Operation
  ) throws(IOFailure) -> Allowance {
    func failure(_ code: Int32) -> IOFailure {
      IOFailure(operation.kind, path: operation.path, code: code)
    }
    if isStopped { throw failure(IOFailure.simulatedCrashCode) }
    var operation = operation
    operation.number = operations.count + 1
    operations.append(operation)
    stops?.append(Stop(disk: disk, operation: operation.number))
    if let crash, operation.number >= crash.operation {
      isStopped = true
      guard crash.tearing, operation.kind.transfersData, let count = operation.byteCount else {
        throw failure(IOFailure.simulatedCrashCode)
      }
      return Allowance(
        byteCount: Int.random(in: 0...count, using: &generator),
        code: IOFailure.simulatedCrashCode)
    }
    switch plan.strike(operation.kind, path: operation.path) {
    case nil: return Allowance()
    case .error(let code): throw failure(code)
    case .errorAfterwards(let code): return Allowance(code: code)
    case .short(let byteCount): return Allowance(byteCount: byteCount)
    case .errorAfterPart(let byteCount, let code):
      return Allowance(byteCount: byteCount, code: code)
    case .failedSync(let fate): return Allowance(code: EIO, failedSync: fate)
    case .full:
      isFull = true
      throw failure(ENOSPC)
    }
  }

  mutating func open(_ node: NodeNumber) -> Handle {
    defer { nextHandle += 1 }
    openFiles[nextHandle] = node
    return nextHandle
  }

  mutating func close(_ handle: Handle) {
    openFiles[handle] = nil
    untold.remove(handle)
    locks = locks.filter { $0.value != handle }
  }

  /// A sync failed and says so to whoever asked for it. Every other open of the file hears of it at
  /// its own next sync, once (Linux 4.13, `errseq_t`).
  mutating func noteFailedSync(of node: NodeNumber, by handle: Handle) {
    for (other, itsNode) in openFiles where itsNode == node && other != handle {
      untold.insert(other)
    }
  }

  /// Whether a failed sync has to be reported to this open file now.
  mutating func takeFailedSync(of handle: Handle) -> Bool { untold.remove(handle) != nil }

  /// The bytes that may still be taken.
  var availableByteCount: Int64 {
    if isFull { return 0 }
    guard let capacity else { return 1 << 50 }
    return max(capacity - disk.usedByteCount(keeping: Set(openFiles.values)), 0)
  }

  /// Notes what a write is about to do.
  mutating func noteWrite(of bytes: [UInt8], at offset: Int, to node: NodeNumber) {
    guard let last = stops?.indices.last else { return }
    stops?[last].write = PendingWrite(node: node, offset: offset, bytes: bytes)
  }

  /// Notes that the disk is not what it was before this operation.
  mutating func noteChange() { operations[operations.count - 1].changedDisk = true }
}

extension IOFailure.Operation {
  /// Whether a part of the operation can have happened when the machine stops in the midst of it.
  var transfersData: Bool { self == .write || self == .store }
}
