namespace Propolis.Contracts.Server;

/// <summary>The body of every error answer.</summary>
[GenerateSerializer, Immutable, Alias("propolis.server.ServerError")]
public sealed record ServerError
{
    /// <summary>One sentence.</summary>
    [Id(0)] public required string Message { get; init; }

    /// <summary>Names the request in the server's log.</summary>
    [Id(1)] public required string RequestId { get; init; }

    /// <summary>A word for programs.</summary>
    [Id(2)] public string? ErrorCode { get; init; }
}
