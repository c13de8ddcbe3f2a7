import JournalEngine
import Synchronization

/// Which objects have been told of as being near their limit: once is enough, until they are smaller.
final class SizeWarnings: Sendable {
  /// What is beyond this is told of again.
  private static let maximumCount = 1024

  private let addresses = Mutex(Set<StateAddress>())

  /// Tells of those that have come near their limit.
  func tell(
    _ notices: [StateRules.SizeNotice], _ onEvent: (@Sendable (JournalEvent) -> Void)?
  ) {
    for notice in notices where isNews(notice) {
      onEvent?(
        .nearLimit(
          what: notice.address.text, byteCount: notice.byteCount, limit: notice.limit))
    }
  }

  private func isNews(_ notice: StateRules.SizeNotice) -> Bool {
    addresses.withLock { addresses in
      guard notice.isNear else {
        addresses.remove(notice.address)
        return false
      }
      if addresses.count >= Self.maximumCount { addresses = [] }
      return addresses.insert(notice.address).inserted
    }
  }
}
