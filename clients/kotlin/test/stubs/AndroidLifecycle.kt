package androidx.lifecycle

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers

abstract class ViewModel

/** In Android on the main thread. */
val ViewModel.viewModelScope: CoroutineScope get() = CoroutineScope(Dispatchers.Unconfined)
