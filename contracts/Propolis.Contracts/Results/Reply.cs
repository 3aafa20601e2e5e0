namespace Propolis.Contracts.Results;

/// <summary>An answer: a value, or why there is none.</summary>
/// <typeparam name="T">The value.</typeparam>
[GenerateSerializer, Immutable, Alias("propolis.results.Reply`1")]
public sealed record Reply<T>
    where T : class
{
    /// <summary>The value, unless refused.</summary>
    [Id(0)] public T? Value { get; init; }

    /// <summary>Why there is no value.</summary>
    [Id(1)] public Refusal? Refusal { get; init; }

    /// <summary>An answer with a value.</summary>
    /// <param name="value">The value.</param>
    public static implicit operator Reply<T>(T value) => new() { Value = value };

    /// <summary>An answer without.</summary>
    /// <param name="refusal">Why.</param>
    public static implicit operator Reply<T>(Refusal refusal) => new() { Refusal = refusal };

    /// <summary>A refusal in short.</summary>
    /// <param name="code">For programs.</param>
    /// <param name="detail">For people.</param>
    public static Reply<T> Refuse(RefusalCode code, string detail) => new Refusal { Code = code, Detail = detail };
}
