namespace Propolis.Vmm.Machine;

/// <summary>For firmware in ROM: the reset vector finds it by itself.</summary>
sealed class NoBoot : IBootLoader
{
    public void Load() { }
}
