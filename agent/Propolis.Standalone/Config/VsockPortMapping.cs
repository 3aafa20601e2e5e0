using System.Net;

namespace Propolis.Standalone.Config;

/// <summary>Where a port that the guest connects to leads.</summary>
/// <param name="Port">The vsock port.</param>
/// <param name="Address">The TCP address.</param>
sealed record VsockPortMapping(uint Port, IPEndPoint Address);
