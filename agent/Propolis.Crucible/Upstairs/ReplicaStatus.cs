using System.Net;

namespace Propolis.Crucible.Upstairs;

/// <summary>One replica as operators see it.</summary>
/// <param name="Target">Its data address.</param>
/// <param name="State">What it is doing.</param>
/// <param name="Mode">What it has missed.</param>
/// <param name="UnfinishedJobs">Jobs it has not finished.</param>
/// <param name="Trouble">Why it is not serving; empty when it is.</param>
public sealed record ReplicaStatus(IPEndPoint Target, ReplicaState State, ReplicaMode Mode, int UnfinishedJobs, string Trouble);
