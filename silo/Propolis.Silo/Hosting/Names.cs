using Propolis.Contracts.Results;

namespace Propolis.Silo.Hosting;

/// <summary>Names that users give.</summary>
public static class Names
{
    const int Longest = 63;

    /// <summary>Why a name cannot be used; null when it can: 1 to 63 of <c>a-z 0-9 -</c>, starting with a letter.</summary>
    /// <param name="member">The member that holds it, for the sentence.</param>
    /// <param name="name">The name.</param>
    public static Refusal? Fault(string member, string name) =>
        name.Length is > 0 and <= Longest && char.IsAsciiLetterLower(name[0]) && !name.AsSpan().ContainsAnyExcept("abcdefghijklmnopqrstuvwxyz0123456789-")
            ? null
            : new() { Code = RefusalCode.Invalid, Detail = $"{member} is \"{name}\"; it must be 1 to {Longest} of a-z, 0-9 and '-', and start with a letter" };
}
