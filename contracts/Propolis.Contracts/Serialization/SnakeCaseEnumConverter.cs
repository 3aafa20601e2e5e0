using System.Text.Json;
using System.Text.Json.Serialization;

namespace Propolis.Contracts.Serialization;

/// <summary>Writes enum members in snake case; numbers are refused.</summary>
/// <typeparam name="T">The enum.</typeparam>
public sealed class SnakeCaseEnumConverter<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false)
    where T : struct, Enum;
