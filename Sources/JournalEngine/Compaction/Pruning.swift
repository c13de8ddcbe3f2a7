package import FileIO
import JournalFormat

/// Removes superseded files without writing a snapshot, beside a writer or not.
package enum Pruning {
  /// What would go and what it takes, without a lock and without writing.
  ///
  /// - Parameter onDamage: told what turned out damaged in snapshots that pinned commits need.
  /// - Throws: what reading the store throws.
  package static func plan(
    _ directory: any Directory, options: JournalOptions,
    onDamage: (JournalError) -> Void = { _ in }
  ) throws(JournalError) -> [(name: String, byteCount: Int64)] {
    let log = try LogLoader.load(
      directory, for: .reader, keeping: .nothing, onProgress: options.onOpeningProgress)
    guard let log else { return [] }
    let plan = try Retention.plan(
      directory, chain: log.chain, without: log.damagedSnapshots, options: options,
      pinned: PinnedCommits(
        commits: LiveCompaction.pinnedCommits(
          directory, options.pins, durable: log.report.durableSequence)))
    for error in plan.damages { onDamage(error) }
    return plan.names.map { ($0.text, directory.byteCount(of: $0.text) ?? 0) }
  }

  /// Removes what may go and returns the names.
  ///
  /// - Parameter onDamage: told what turned out damaged in snapshots that pinned commits need.
  /// - Throws: what reading the store throws; ``JournalError/Reason/locked(_:)`` when a compaction is
  ///   running.
  package static func run(
    _ directory: any Directory, options: JournalOptions,
    onDamage: (JournalError) -> Void = { _ in }
  ) throws(JournalError) -> [String] {
    let lock = try DirectoryLock.acquire(.compaction, in: directory)
    defer { lock.release() }
    try lock.sign(at: options.clock())
    let log = try LogLoader.load(
      directory, for: .reader, keeping: .nothing, onProgress: options.onOpeningProgress)
    guard let log else { return [] }
    let (names, damaged) = try Retention.sweep(
      directory, chain: log.chain, without: log.damagedSnapshots, options: options,
      pinned: PinnedCommits(
        commits: LiveCompaction.pinnedCommits(
          directory, options.pins, durable: log.report.durableSequence)))
    for error in damaged { onDamage(error) }
    return names
  }
}
