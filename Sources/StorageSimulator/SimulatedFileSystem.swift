public import FileIO

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A machine with a disk in memory, deterministic from a seed, that forgets what it was not told
/// to keep.
///
/// It stands in for `POSIXFileSystem` in full and passes the same tests. Files and directories
/// exist twice: as processes see them and as they are on the disk. Stopping the machine at any
/// operation and starting it again gives what a real one could leave behind:
///
/// ```swift
/// let files = SimulatedFileSystem(seed: 7)
/// files.crash(at: 12)
/// runHistory(files)                                     // operation 12 and later ones fail
/// for seed: UInt64 in 0..<100 {
///   check(files.afterPowerLoss(.random(seed: seed)))    // each a fresh machine
/// }
/// ```
///
/// All members may be called from any thread; operations happen one after the other.
public final class SimulatedFileSystem: FileSystem {
  /// One operation as it was asked for.
  public struct Operation: Sendable, CustomStringConvertible {
    /// Its position in the life of the machine; the first is 1.
    public internal(set) var number = 0
    /// What was asked for.
    public let kind: IOFailure.Operation
    /// The file or directory.
    public let path: String
    /// Where in the file, for reads, writes, stores, cuts, locks and what is written out.
    public let offset: Int64?
    /// How many bytes, for reads, writes, stores and what is written out.
    public let byteCount: Int?
    /// Whether the disk, as processes see it or as it is kept, is another one since. A crash at an
    /// operation that changes nothing leaves the same behind as a crash at the next.
    public internal(set) var changedDisk = false

    init(
      _ kind: IOFailure.Operation, _ path: String, offset: Int64? = nil, byteCount: Int? = nil
    ) {
      self.kind = kind
      self.path = path
      self.offset = offset
      self.byteCount = byteCount
    }

    /// "17: write state/a.journal, 512 bytes at 4096".
    public var description: String {
      let bytes = byteCount.map { ", \($0) bytes" } ?? ""
      let place = offset.map { " at \($0)" } ?? ""
      return "\(number): \(kind.rawValue) \(path)\(bytes)\(place)"
    }
  }

  let machine: Monitor<Machine>

  /// Creates a machine with an empty disk.
  ///
  /// - Parameters:
  ///   - seed: decides everything that is left to chance.
  ///   - faults: what goes wrong, and when.
  ///   - capacity: the bytes that all files together may take; nil for no limit.
  public convenience init(
    seed: UInt64, faults: FaultPlan = FaultPlan(), capacity: Int64? = nil
  ) {
    self.init(Machine(disk: Disk(), seed: seed, plan: faults, capacity: capacity))
  }

  init(_ machine: Machine) { self.machine = Monitor(machine) }

  /// How many operations have been asked for, including those that failed.
  public var operationCount: Int { machine.withLock { $0.operations.count } }

  /// All operations since the machine was started, oldest first.
  public var operations: [Operation] { machine.withLock { $0.operations } }

  /// Whether the machine has crashed.
  public var isStopped: Bool { machine.withLock { $0.isStopped } }

  /// Adds something that goes wrong, counted from now.
  public func inject(_ fault: Fault) { machine.withLock { $0.plan.faults.append(fault) } }

  /// The faults that are still to come.
  public var faults: [Fault] { machine.withLock { $0.plan.faults } }

  /// Forgets all faults that have not struck yet, and a disk that was full by a fault.
  public func clearFaults() {
    machine.withLock {
      $0.plan = FaultPlan()
      $0.isFull = false
    }
  }

  /// Changes how many bytes all files together may take; nil for no limit.
  public func setCapacity(_ byteCount: Int64?) { machine.withLock { $0.capacity = byteCount } }

  /// Says whether files can be mapped for storing (they can unless told otherwise), as on ext4, or
  /// have to be written, as on copy-on-write and network file systems.
  public func setMapsFiles(_ mapsFiles: Bool) { machine.withLock { $0.mapsFiles = mapsFiles } }

  /// Lets the machine stop at operation `number` (the first is 1): that one does not happen, and
  /// it and all later ones fail with `IOFailure.isSimulatedCrash`.
  ///
  /// - Parameters:
  ///   - number: the operation, counted from the making of this file system.
  ///   - tearing: when that operation is a write or store, a part of it, chosen by the seed, does
  ///     happen, as when a process is killed in the middle of it.
  public func crash(at number: Int, tearing: Bool = false) {
    machine.withLock { $0.crash = Machine.CrashPoint(operation: number, tearing: tearing) }
  }

  /// Stops the machine now.
  public func crash() { machine.withLock { $0.isStopped = true } }

  /// A fresh machine with the disk as it may be found when the power is lost now.
  ///
  /// This machine is left as it is, so any number of outcomes can be looked at. The fresh one has
  /// no open files, locks or faults.
  public func afterPowerLoss(_ pattern: LossPattern) -> SimulatedFileSystem {
    // The loss is worked out on a copy, outside of the lock.
    restart { $0.afterPowerLoss(pattern) }
  }

  /// A fresh machine with the disk as the next process finds it when the present one is killed
  /// now: everything written is there, and what was not synced can still be lost with the power.
  ///
  /// This machine is left as it is. The fresh one has no open files, locks or faults.
  public func afterProcessKill() -> SimulatedFileSystem { restart { $0 } }

  private func restart(_ change: (Disk) -> Disk) -> SimulatedFileSystem {
    let (disk, capacity, mapsFiles, seed) = machine.withLock { machine in
      var generator = machine.generator
      return (machine.disk, machine.capacity, machine.mapsFiles, generator.next())
    }
    var fresh = Machine(disk: change(disk), seed: seed, capacity: capacity)
    fresh.mapsFiles = mapsFiles
    return SimulatedFileSystem(fresh)
  }

  /// Carries out one operation: counts it, lets crash and faults have their say, and runs `body`
  /// with what they leave of it.
  func perform<Result: Sendable>(
    _ operation: Operation,
    _ body: (inout Machine, Machine.Allowance) throws(IOFailure) -> Result
  ) throws(IOFailure) -> Result {
    let (result, code) = try machine.withLock { machine throws(IOFailure) in
      let allowance = try machine.begin(operation)
      return (try body(&machine, allowance), allowance.code)
    }
    // Outside of the lock: a file that was opened and goes away with the error wants it for itself.
    if let code { throw IOFailure(operation.kind, path: operation.path, code: code) }
    return result
  }
}

extension IOFailure {
  /// The error number of every operation on a simulated machine that has stopped. No operation of
  /// the seam fails with it otherwise.
  public static let simulatedCrashCode: Int32 = ESHUTDOWN

  /// Whether the operation failed because the simulated machine had stopped: the process that
  /// asked for it no longer exists, so nothing that it does from here on counts.
  public var isSimulatedCrash: Bool { code == Self.simulatedCrashCode }
}
