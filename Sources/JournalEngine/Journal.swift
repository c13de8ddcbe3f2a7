package import FileIO
package import JournalFormat
import Synchronization

/// A store of keys and values as bytes, kept by a log of commits and snapshots: open for writing by
/// this process alone.
///
/// Start here. ``open(_:in:options:)`` recovers; `Journal+Commit` is the way of an update,
/// `Journal+Read` the way of a read, `Journal+Compaction` what happens beside them. All members may
/// be called from any number of threads and tasks.
package final class Journal: Sendable {
  package let directory: any Directory
  package let options: JournalOptions
  package let store: StoreIdentity
  /// What opening found and did.
  package let recoveryReport: RecoveryReport

  let queue: CommitQueue
  let writer: LogWriter
  let tables: Mutex<JournalTables>
  /// Held while commits are enqueued, and by a transaction from its first read to its enqueueing:
  /// nothing comes between. Never held across a write or sync.
  let order = Mutex(CommitScratch())
  /// The thread that is inside a transaction, to catch one that would wait for itself.
  let transactionOwner = Atomic<UInt>(0)
  /// What opening has found and is not durable yet, and the gate of syncs.
  let settlement: Settlement
  /// One close at a time; holds what the first one failed with.
  let closeGate = Monitor(nil as JournalError?)
  let compaction: CompactionState
  /// What commits are stamped with. Beside `options`, which are half a kilobyte to copy.
  let clock: @Sendable () -> Int64
  /// Whether commits are durable when they are acknowledged, if they ask for nothing else.
  private let isSynced: Bool
  /// Whether the file system lets the tail be mapped.
  let isTailMapped: Bool
  /// With more bytes of log than this, what changed is to leave it.
  let longLogByteCount: Int
  /// With more bytes of log than this, commits wait for what changed to leave it.
  let longestLogByteCount: Int
  private let lock: DirectoryLock
  private let workers: Workers

  /// The threads that work for the journal. They hold it weakly: a journal that nobody uses any more
  /// goes away, as if its process had been killed.
  private final class Workers: Sendable {
    let committers: [BackgroundWorker]
    let flusher: BackgroundWorker
    let preallocator: BackgroundWorker
    let compactor: BackgroundWorker
    private let journal: WeakJournal

    init(flushInterval: Duration) {
      let journal = WeakJournal()
      self.journal = journal
      // Two, so that one writes and syncs the next group while the other syncs.
      committers = (1...2).map { _ in
        BackgroundWorker(name: "journal-commit") { journal.value?.leadForTasks() }
      }
      flusher = BackgroundWorker(name: "journal-flush", delay: flushInterval) {
        journal.value?.flushInBackground()
      }
      preallocator = BackgroundWorker(name: "journal-prealloc") {
        journal.value?.preallocateInBackground()
      }
      compactor = BackgroundWorker(name: "journal-compact") {
        journal.value?.compactInBackground()
      }
    }

    func work(for owner: Journal) { journal.value = owner }

    func stop() {
      for worker in committers + [flusher, preallocator, compactor] { worker.stop() }
    }
  }

  private final class WeakJournal: Sendable {
    private struct Reference { weak var journal: Journal? }
    private let reference = Mutex(Reference())

    var value: Journal? {
      get { reference.withLock { $0.journal } }
      set { reference.withLock { $0.journal = newValue } }
    }
  }

  private init(
    log: RecoveredLog, options: JournalOptions, lock: DirectoryLock, segment: SegmentWriter,
    report: RecoveryReport, unsynced tail: RecoveredLog.Tail? = nil
  ) {
    directory = log.directory
    self.options = options
    self.lock = lock
    store = log.store
    recoveryReport = report
    writer = LogWriter(
      directory: log.directory, store: log.store, epoch: log.epoch &+ 1, options: options,
      segment: segment, history: log.history, watermark: log.watermark)
    queue = CommitQueue(
      next: report.lastSequence.next,
      durable: tail == nil
        ? report.lastSequence : min(report.durableSequence, report.lastSequence), tail: segment)
    settlement = Settlement(
      of: tail, through: report.lastSequence, in: log.directory, queue: queue,
      onEvent: options.onEvent)
    tables = Mutex(
      JournalTables(active: log.table, chain: log.chain, sequence: report.lastSequence))
    compaction = CompactionState(
      journalByteCount: Int(clamping: report.replayedByteCount), damaged: log.damagedSnapshots)
    clock = options.clock
    isSynced = options.durability.isSynced
    isTailMapped = segment.isMapped
    longLogByteCount = options.compactionByteCount.map { max($0, 0) / 2 } ?? .max
    longestLogByteCount = min(
      options.compactionByteCount ?? .max, options.maximumJournalByteCount)
    var interval = Duration.milliseconds(100)
    if case .buffered(let given) = options.durability { interval = given }
    workers = Workers(flushInterval: interval)
    workers.work(for: self)
  }

  deinit { shutDown() }

  /// Opens the store in a directory for writing, recovering it first, and creating it if it is not
  /// there. When this returns, everything it recovered is durable; with
  /// ``JournalOptions/Durability/buffered(interval:)``, where reads show commits before they are, it
  /// becomes so at once in the background, and before anything else is written.
  ///
  /// - Throws: ``JournalError/Reason/locked(_:)`` with the owner when it is open already;
  ///   ``JournalError/Reason/damage(_:)`` when acknowledged commits are damaged or missing, with
  ///   every file left as it was; ``JournalError/Reason/newerFormat(version:)``.
  /// - Complexity: O(bytes of log since the last snapshot), whatever the size of the state.
  package static func open(
    _ path: String, in fileSystem: any FileSystem, options: JournalOptions = JournalOptions()
  ) throws(JournalError) -> Journal {
    let directory = GatedDirectory(
      options.createsIfMissing
        ? try JournalReader.createDirectory(path, in: fileSystem)
        : try JournalReader.openDirectory(path, in: fileSystem))
    try judgeBeforeLocking(directory, options: options)
    let lock = try DirectoryLock.acquire(.writer, in: directory)
    do {
      let journal = try open(directory, lock: lock, options: options)
      options.onEvent?(.opened(journal.recoveryReport))
      journal.afterOpening()
      return journal
    } catch {
      lock.release()
      throw error
    }
  }

  /// Refuses what can be refused without a lock, since taking it makes its file where that is
  /// missing: a store found damaged is left byte for byte as found, and what is no store is no place
  /// to write.
  ///
  /// A store without the file (a copy, a restored backup) is judged as a reader judges it, so a writer
  /// that comes at this moment is no cause of alarm. Nothing is decided here but to refuse: with the
  /// lock in hand everything is read again.
  static func judgeBeforeLocking(
    _ directory: any Directory, options: JournalOptions
  ) throws(JournalError) {
    let listing = try DirectoryListing.read(directory)
    guard listing.isStore else {
      if options.createsIfMissing { return }
      throw notAStore(directory)
    }
    if listing.hasLock { return }
    let found = try LogLoader.load(directory, for: .reader, keeping: .nothing)
    if found == nil, !options.createsIfMissing { throw notAStore(directory) }
  }

  private static func notAStore(_ directory: any Directory) -> JournalError {
    JournalError(
      .notAStore, file: directory.path, detail: "the directory holds no segment and no snapshot")
  }

  private static func open(
    _ directory: any Directory, lock: DirectoryLock, options: JournalOptions
  ) throws(JournalError) -> Journal {
    guard
      var log = try LogLoader.load(
        directory, for: .writer, replayingAlone: options.replayedAloneByteCount,
        onProgress: options.onOpeningProgress)
    else {
      // What an interrupted creation left is no store either, and stays as it is.
      guard options.createsIfMissing else { throw notAStore(directory) }
      try lock.sign(at: options.clock())
      return try create(in: directory, lock: lock, options: options)
    }
    try lock.sign(at: options.clock())
    try TailRepair.cut(&log)
    // Who buffers reads what is not durable yet anyway, and need not wait for what the last session has
    // left so.
    let unsynced = options.durability.isSynced || log.owesWatermark ? nil : log.tail
    if unsynced == nil { try TailRepair.makeDurable(log.tail, in: directory) }
    let segment: SegmentWriter
    if let tail = log.tail, log.headerlessSegment == nil {
      segment = try SegmentWriter.resume(
        tail.name, in: directory, header: tail.header, end: tail.end,
        allocated: tail.fileByteCount, policy: TailPolicy(options))
    } else {
      segment = try LogWriter.create(
        SegmentHeader(
          store: log.store, firstSequence: log.report.lastSequence.next,
          salt: .random(in: .min ... .max), previousSalt: log.lastSalt, history: log.history,
          epoch: log.epoch &+ 1, createdAt: options.clock()),
        in: directory, policy: TailPolicy(options))
    }
    let journal = Journal(
      log: log, options: options, lock: lock, segment: segment, report: log.report,
      unsynced: unsynced)
    do {
      // The last session may have been killed between a rotation and its watermark.
      try journal.writer.settleWatermark()
    } catch {
      // A full disk is no reason to refuse reads; the first commit tries again.
      if !error.isOutOfSpace || error.operation == .syncDirectory { throw JournalError(error) }
    }
    return journal
  }

  /// Makes a new store. Until the first segment's header is durable there is no store, and an
  /// interrupted creation is simply done over.
  private static func create(
    in directory: any Directory, lock: DirectoryLock, options: JournalOptions
  ) throws(JournalError) -> Journal {
    let store = StoreIdentity.random()
    let header = SegmentHeader(
      store: store, firstSequence: LogSequenceNumber(1), salt: .random(in: .min ... .max),
      previousSalt: 0, history: .empty, epoch: 1, createdAt: options.clock())
    let segment = try LogWriter.create(header, in: directory, policy: TailPolicy(options))
    var report = RecoveryReport()
    report.isNew = true
    let log = RecoveredLog(
      directory: directory, store: store, chain: SnapshotChain(), builder: TableBuilder(),
      history: .empty, watermark: nil, report: report)
    let journal = Journal(
      log: log, options: options, lock: lock, segment: segment, report: report)
    do {
      try journal.writer.settleWatermark()
    } catch {
      throw JournalError(error)
    }
    return journal
  }

  /// Whether a commit that asks for `durability` is durable when it is acknowledged.
  func isSynced(_ durability: JournalOptions.Durability?) -> Bool {
    guard let durability else { return isSynced }
    return durability.isSynced
  }

  private func afterOpening() {
    if options.settlesInBackground { settlement.begin() }
    if wantsCompaction { workers.compactor.request() }
  }

  /// Wakes a thread that leads the commits of tasks, an idle one if there is any; false when there can
  /// be none. One that is at work looks for more before it sleeps.
  func requestCommitter() -> Bool {
    if let idle = workers.committers.first(where: { !$0.isWorking }), idle.request() { return true }
    return workers.committers.contains { $0.request() }
  }
  func requestFlush() {
    // Asked first, since telling holds the worker meanwhile, which a buffered commit would pay for.
    if !workers.flusher.isTold { workers.flusher.request() }
  }
  func requestPreallocation() { workers.preallocator.request() }
  func requestCompaction() { workers.compactor.request() }

  /// Ends the threads and gives the directory to others.
  func shutDown() {
    workers.stop()
    settlement.end()
    lock.release()
  }
}
