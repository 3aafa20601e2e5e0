using System.Net;

namespace Propolis.Server.Rest;

/// <summary>Ends a request with a status and one sentence, which <see cref="ErrorAnswers"/> writes as the body.</summary>
sealed class ServerException(HttpStatusCode status, string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>The answer's status.</summary>
    public HttpStatusCode Status { get; } = status;

    /// <summary>What the original answers while there is no VM.</summary>
    public static ServerException NoInstance() => new(HttpStatusCode.FailedDependency, "This server has no VM yet: make one by PUT /instance.");

    /// <summary>For what this build leaves out.</summary>
    public static ServerException NotBuilt(string what) => new(HttpStatusCode.NotImplemented, $"This build has no {what}.");
}
