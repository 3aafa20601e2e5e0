namespace Propolis.Vmm.Bus;

/// <summary>A bus device that takes the elements of a string write in one call: a serial port then hands them to its host at once.</summary>
public interface IBurstWrite
{
    /// <summary>Takes elements of <paramref name="width"/> bytes, in order, all written at <paramref name="offset"/>; a rest shorter than an element is ignored.</summary>
    void WriteBurst(ulong offset, int width, ReadOnlySpan<byte> elements);
}
