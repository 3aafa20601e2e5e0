namespace Propolis.Bench.Migration;

/// <summary>What one move cost, as the engine that made it tells; null where it does not tell.</summary>
/// <param name="Downtime">How long the guest stood still.</param>
/// <param name="Total">From the first connection to the end.</param>
/// <param name="LastPages">Of the downtime: sending the pages that had changed last.</param>
/// <param name="State">Of the downtime: sending the state of devices, processors and clocks.</param>
/// <param name="Passes">Passes over memory.</param>
/// <param name="PagesMegabytes">Memory sent, pages of zeroes not counted.</param>
/// <param name="WireMegabytes">What went over the wire for it.</param>
/// <param name="ThrottlePercent">How much the processors were slowed down at the end.</param>
sealed record MoveFigures(TimeSpan? Downtime, TimeSpan Total, TimeSpan? LastPages, TimeSpan? State, int Passes, double PagesMegabytes, double WireMegabytes, int ThrottlePercent);
