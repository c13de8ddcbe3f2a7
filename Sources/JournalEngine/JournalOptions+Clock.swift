import FileIO

extension JournalOptions {
  package static let wallClock: @Sendable () -> Int64 = { WallClock.recent }
}
