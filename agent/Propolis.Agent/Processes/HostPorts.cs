using System.Net;
using System.Net.Sockets;

namespace Propolis.Agent.Processes;

/// <summary>Looks at ports of this machine.</summary>
static class HostPorts
{
    /// <summary>Whether nothing listens on a port.</summary>
    public static bool IsFree(IPAddress host, int port)
    {
        using var socket = new Socket(host.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(host, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Whether something answers on a port.</summary>
    public static async Task<bool> AnswersAsync(IPAddress host, int port, CancellationToken cancellation)
    {
        using var socket = new Socket(host.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(new IPEndPoint(host, port), cancellation);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
