using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace Propolis.Standalone.Config;

/// <summary>TCP addresses as they are written: 127.0.0.1:3810 or [::1]:3810.</summary>
static class SocketAddress
{
    /// <summary>
    /// Reads an address. Stricter than <see cref="IPEndPoint"/>, which takes a missing port for 0 and "1" for 0.0.0.1.
    /// </summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out IPEndPoint? address) =>
        IPEndPoint.TryParse(text, out address) && address.Port != 0 && (address.AddressFamily == AddressFamily.InterNetworkV6
            ? text.StartsWith('[')
            : text.StartsWith(address.Address + ":", StringComparison.Ordinal));

    /// <summary>What to write behind a text that is no address.</summary>
    public const string Advice = "it must be an address with a port, as 127.0.0.1:3810 or [::1]:3810";
}
