namespace Propolis.Vmm.Net;

/// <summary>The device front end of a backend. Called on the I/O thread of the pair, with no backend lock held.</summary>
public interface INetReceiver
{
    /// <summary>Frames may be there to receive; comes again as long as they are and are wanted.</summary>
    void Readable(int pair);

    /// <summary>A frame that found no room may be sent again.</summary>
    void Writable(int pair);
}
