using System.Text.Json.Serialization;
using Propolis.Contracts.Serialization;

namespace Propolis.Contracts.Results;

/// <summary>Why something was not done.</summary>
[GenerateSerializer, Alias("propolis.results.RefusalCode")]
[JsonConverter(typeof(SnakeCaseEnumConverter<RefusalCode>))]
public enum RefusalCode
{
    /// <summary>There is no such thing.</summary>
    NotFound = 0,

    /// <summary>The request is wrong.</summary>
    Invalid = 1,

    /// <summary>It does not fit to what is there.</summary>
    Conflict = 2,

    /// <summary>The project may not have more.</summary>
    QuotaExceeded = 3,

    /// <summary>No sled takes it.</summary>
    NoPlace = 4,

    /// <summary>The operation id was used for another command.</summary>
    OperationReused = 5,

    /// <summary>It was deleted.</summary>
    Gone = 6,
}
