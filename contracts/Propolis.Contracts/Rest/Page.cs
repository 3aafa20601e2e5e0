namespace Propolis.Contracts.Rest;

/// <summary>Part of a list of the silo's REST interface.</summary>
/// <typeparam name="T">What is listed.</typeparam>
public sealed record Page<T>
{
    /// <summary>The entries, in the order of their keys.</summary>
    public required EquatableList<T> Items { get; init; }

    /// <summary>What to send as <c>page</c> for the next part; absent when this was the last. Its text means nothing to anybody else.</summary>
    public string? Next { get; init; }
}
