using System.Net;

namespace Propolis.Server.Rest;

/// <summary>Versions of the interface, named by the request header <c>api-version</c>. A request without it gets the newest.</summary>
static class ApiVersions
{
    /// <summary>The header.</summary>
    public const string Header = "api-version";

    /// <summary>The newest, and the one that the OpenAPI document describes.</summary>
    public static readonly Version Latest = new(5, 0, 0);

    /// <summary>The version in which a disk's status became a tree.</summary>
    public static readonly Version CrucibleVolumeInfo = new(5, 0, 0);

    static readonly Version[] Known = [new(1, 0, 0), new(2, 0, 0), new(3, 0, 0), new(4, 0, 0), Latest];

    /// <summary>The version that a request speaks. Throws <see cref="ServerException"/> (400) for one that this server does not.</summary>
    public static Version Of(string? header)
    {
        if (string.IsNullOrEmpty(header)) return Latest;
        if (!Version.TryParse(header, out var version) || version.Build < 0) throw new ServerException(HttpStatusCode.BadRequest, $"The header {Header} is \"{header}\"; a version such as {Latest} is needed.");
        return Known.Contains(version) ? version : throw new ServerException(HttpStatusCode.BadRequest, $"This server does not speak API version {header}; it speaks {string.Join<Version>(", ", Known)}.");
    }

    /// <summary>Refuses requests in other versions before they reach an operation.</summary>
    public static Task CheckAsync(HttpContext context, RequestDelegate next)
    {
        _ = Of(context.Request.Headers[Header]);
        return next(context);
    }
}
