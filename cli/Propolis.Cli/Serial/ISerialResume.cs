namespace Propolis.Cli.Serial;

/// <summary>How to go on after a serial connection broke, for what can be joined again.</summary>
interface ISerialResume
{
    /// <summary>The other side sent so many bytes.</summary>
    void Read(int count);

    /// <summary>The other side sent a text frame.</summary>
    void Told(ReadOnlySpan<byte> text);

    /// <summary>The address to try next, after a while; throws <paramref name="broken"/> when there is no sense in it any more.</summary>
    Task<Uri?> AfterAsync(Uri address, Exception broken, CancellationToken stop);
}
