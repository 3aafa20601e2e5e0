namespace Propolis.Vmm.Machine;

/// <summary>Puts in place what the boot processor runs first. Called before the first start and after every reset, while no vCPU runs.</summary>
public interface IBootLoader
{
    /// <summary>Fills memory and sets the boot processor's registers; memory may hold anything a guest left there.</summary>
    void Load();
}
