using System.Net;

namespace Propolis.Agent.Servers;

/// <summary>propolis-server understood and said no.</summary>
/// <param name="status">Its status.</param>
/// <param name="message">Its sentence.</param>
sealed class ServerRefusedException(HttpStatusCode status, string message) : Exception(message)
{
    /// <summary>Its status.</summary>
    public HttpStatusCode Status { get; } = status;
}
