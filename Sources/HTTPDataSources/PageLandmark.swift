/// One page that was come by, to which no other page may lead back (Brent's algorithm for finding cycles:
/// "An improved Monte Carlo factorization algorithm", BIT 20, 1980).
///
/// It is moved to the page at hand each time that twice as many pages have come as before, so that it
/// comes to lie in any circle, and is met again one time around. Part of the position, so that it holds
/// from run to run: a run that ended at a circle leaves nothing that a later one could go around with.
struct PageLandmark: Equatable {
  var address: String
  /// Pages since.
  var stepCount: Int64 = 0
  /// After how many it is moved.
  var reach: Int64 = 1

  /// Notes that a page comes next; false when it is the landmark.
  mutating func pass(_ next: String) -> Bool {
    if next == address { return false }
    stepCount += 1
    if stepCount >= reach {
      self = PageLandmark(
        address: next, reach: reach > Int64.max / 2 ? reach : 2 * reach)
    }
    return true
  }
}
