namespace Propolis.Crucible.Extents;

/// <summary>A region cannot be made, opened or used; the text says which, what is wrong and what would be right.</summary>
public sealed class RegionException : IOException
{
    /// <summary>With one sentence.</summary>
    public RegionException(string message)
        : base(message)
    {
    }

    /// <summary>With one sentence and its cause.</summary>
    public RegionException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
