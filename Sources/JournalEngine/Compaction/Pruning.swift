package import FileIO
import JournalFormat

/// Removes superseded files without writing a snapshot, beside a writer or not.
package enum Pruning {
  /// What would go and what it takes, without a lock and without writing.
  ///
  /// - Parameter onDamage: told what turned out damaged, or could not be read, in snapshots that the state
  ///   or pinned commits need.
  /// - Throws: what reading the store throws.
  package static func plan(
    _ directory: any Directory, options: JournalOptions,
    onDamage: (JournalError) -> Void = { _ in }
  ) throws(JournalError) -> [(name: String, byteCount: Int64)] {
    let plan = try plan(directory, options)
    for error in plan.damages { onDamage(error) }
    return plan.names.map { ($0.text, directory.byteCount(of: $0.text) ?? 0) }
  }

  /// Removes what may go and returns the names.
  ///
  /// - Parameter onDamage: told what turned out damaged, or could not be read, in snapshots that the state
  ///   or pinned commits need.
  /// - Throws: what reading the store throws; ``JournalError/Reason/locked(_:)`` when a compaction is
  ///   running.
  package static func run(
    _ directory: any Directory, options: JournalOptions,
    onDamage: (JournalError) -> Void = { _ in }
  ) throws(JournalError) -> [String] {
    let lock = try DirectoryLock.acquire(.compaction, in: directory)
    defer { lock.release() }
    try lock.sign(at: options.clock())
    let plan = try plan(directory, options)
    let names = try Retention.sweep(plan, in: directory)
    for error in plan.damages { onDamage(error) }
    return names
  }

  /// What may go by what the files say now, read by nobody before.
  static func plan(
    _ directory: any Directory, _ options: JournalOptions
  ) throws(JournalError) -> Retention.Plan {
    let log = try LogLoader.load(
      directory, for: .reader, keeping: .nothing, onProgress: options.onOpeningProgress)
    guard let log else { return Retention.Plan() }
    return try Retention.unreadPlan(
      directory, chain: log.chain, without: log.damagedSnapshots, options: options,
      pinned: PinnedCommits(
        commits: LiveCompaction.pinnedCommits(
          directory, options.pins, durable: log.report.durableSequence)))
  }
}
