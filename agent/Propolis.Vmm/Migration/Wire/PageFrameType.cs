namespace Propolis.Vmm.Migration.Wire;

/// <summary>Frames of the memory connections. The numbers are the wire's and never reused.</summary>
enum PageFrameType : byte
{
    /// <summary>Pages as they are.</summary>
    Raw = 1,

    /// <summary>Pages as one LZ4 block.</summary>
    Lz4 = 2,

    /// <summary>Pages of zeroes.</summary>
    Zero = 3,

    /// <summary>The end of a pass on this connection.</summary>
    PassEnd = 4,

    /// <summary>The end of the last pass.</summary>
    LastPassEnd = 5,
}
