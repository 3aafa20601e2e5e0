using Propolis.Contracts;

namespace Propolis.Silo.Storage;

/// <summary>Part of a list.</summary>
/// <typeparam name="T">What is listed.</typeparam>
public sealed record IndexPage<T>
{
    /// <summary>The entries.</summary>
    public required EquatableList<T> Items { get; init; }

    /// <summary>Where the next page starts (<see cref="IndexQuery.After"/>); null when there is none.</summary>
    public string? Next { get; init; }
}
